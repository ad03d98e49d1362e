/** Ginkgo's JUnit report, as far as it tells what passed. */
export interface SpecResult {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Of a failure: its first lines. */
  readonly message: string
}

/** Throws when the text is no such report: a run that wrote none has not passed. */
export function readJunit(xml: string): readonly SpecResult[] {
  const cases = [...xml.matchAll(/<testcase\s([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)]
  if (cases.length === 0) throw new Error('the JUnit report holds no test case')
  return cases
    .map(([, attributes = '', , body = '']) => ({ name: textOf(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? ''), status: /\bstatus="([^"]*)"/.exec(attributes)?.[1] ?? '', body }))
    .filter(({ name }) => name.startsWith('[It]'))
    .map(({ name, status, body }) => ({ name: name.slice(5), outcome: outcomeOf(status, body), message: messageOf(body) }))
}

function outcomeOf(status: string, body: string): SpecResult['outcome'] {
  if (status === 'skipped' || status === 'pending' || /<skipped\b/.test(body)) return 'skipped'
  return status === 'passed' ? 'passed' : 'failed'
}

function messageOf(body: string): string {
  const text = /<(?:failure|error)[^>]*\bmessage="([^"]*)"/.exec(body)?.[1] ?? ''
  // What comes after is a dump of Go's structures.
  return textOf(text).split(/\n\s*\{\n/)[0]?.split('\n').slice(0, 12).join('\n') ?? ''
}

function textOf(escaped: string): string {
  return escaped.replaceAll('&#xA;', '\n').replaceAll('&#x9;', '\t').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
