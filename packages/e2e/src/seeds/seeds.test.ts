/** Holds examples/seeds complete: every fenced block of the five documents, unchanged, and everything refused made whole. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { extractSnippets } from './extract-snippets.ts'

const seeds = fileURLToPath(new URL('../../../../examples/seeds/', import.meta.url))
const documents = readdirSync(`${seeds}documents`).map((name) => name.replace(/\.md$/, ''))
const snippets = documents.flatMap((name) => extractSnippets(name, readFileSync(`${seeds}documents/${name}.md`, 'utf8')))
const recorded: { server: string; answers: readonly Answer[] } = JSON.parse(readFileSync(`${seeds}refusals.json`, 'utf8'))

interface Answer {
  readonly snippet: string
  readonly document: number
  readonly before?: string
  readonly kind?: string
  readonly accepted: boolean
  readonly status?: { readonly code: number; readonly message: string }
  readonly kubectl?: string
}

const read = (path: string): string => readFileSync(seeds + path, 'utf8')
const objectsOf = (path: string): unknown[] => parseAllDocuments(read(path)).map((document) => document.toJS())
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

test('there are five documents, with 59 fenced blocks and 5 here-documents', () => {
  expect(documents).toEqual(['000', '001', '002', '003', '004'])
  expect(snippets.filter(({ path }) => !/-\d+\.yaml$/.test(path))).toHaveLength(59)
  expect(snippets.filter(({ path }) => /-\d+\.yaml$/.test(path))).toHaveLength(5)
})

test('every block of every document stands in a file of its own, unchanged, and there is no other', () => {
  const files = documents.flatMap((name) => readdirSync(seeds + name).map((file) => `${name}/${file}`))
  expect(files.toSorted()).toEqual(snippets.map(({ path }) => path).toSorted())
  for (const { path, text } of snippets) expect(read(path), path).toBe(text)
})

test('the text of a block is found again in its document, at its line', () => {
  for (const { path, text, line } of snippets) {
    const lines = read(`documents/${path.slice(0, 3)}.md`).split('\n').slice(line - 1).map((one) => one.trim())
    expect(lines.slice(0, text.split('\n').length - 1), path).toEqual(text.trimEnd().split('\n').map((one) => one.trim()))
  }
})

test('a real API server was asked about every manifest and every completed one', () => {
  const manifests = [...snippets.map(({ path }) => path), ...completed()].filter((path) => path.endsWith('.yaml'))
  const asked = recorded.answers.filter(({ before }) => before === undefined)
  const objects = manifests.flatMap((path) => objectsOf(path).map((object, document) => ({ path, document, object })))
  const expected = objects.filter(({ object }) => !(isRecord(object) && object['kind'] === 'Namespace')).map(({ path, document }) => `${path} ${document}`)
  expect(asked.map(({ snippet, document }) => `${snippet} ${document}`).toSorted()).toEqual(expected.toSorted())
  expect(recorded.server).toBe('kube-apiserver v1.36.3')
})

test('whatever it refused is completed, and the completed text is accepted', () => {
  const refused = recorded.answers.filter(({ accepted, before }) => !accepted && before === undefined)
  const whole = new Set(completed())
  expect(refused.length).toBeGreaterThan(0)
  for (const { snippet } of refused) expect(whole, snippet).toContain(`completed/${snippet}`)
  for (const answer of recorded.answers.filter(({ snippet }) => snippet.startsWith('completed/'))) expect(answer, answer.snippet).toMatchObject({ accepted: true })
})

test('a refusal of the server has its status, and what never reached it has the words of kubectl', () => {
  for (const { snippet, accepted, kind, status, kubectl } of recorded.answers) {
    if (accepted) continue
    if (kind === undefined) expect(kubectl, snippet).toContain('apiVersion not set')
    else expect(status?.code, snippet).toBeGreaterThanOrEqual(400)
  }
})

test('a completed file says in its first line what was added', () => {
  for (const path of completed()) expect(read(path).split('\n')[0], path).toMatch(/^# (?:Added to|Changed in) \d{3}\/\d{2}(?:-\d)?\.yaml: /)
})

/** Where a word of the document had to give way, and to what. */
const changed: Readonly<Record<string, readonly [string, string]>> = {
  'completed/004/05.yaml': ['docker.io/hostpath', 'local.csi.stowage.dev'],
  'completed/004/16-1.yaml': ['docker.io/hostpath', 'local.csi.stowage.dev'],
  'completed/004/12.yaml': ['name: emptyDir', 'name: scratch'],
}

test('a completed file holds all that the document says, in its words', () => {
  for (const path of completed()) {
    const original = path.replace('completed/', '').replace('-hostpath', '')
    const [from = '', to = ''] = changed[path] ?? []
    const wanted = parseAllDocuments(read(original).replace(from, to)).map((document): unknown => document.toJS())
    const whole = objectsOf(path)
    for (const object of wanted) expect(whole.some((candidate) => holds(candidate, object)), `${path} holds ${JSON.stringify(object)}`).toBe(true)
  }
})

/** Whether everything of `part` is in `whole`, at the same place or, for a fragment, somewhere below. */
function holds(whole: unknown, part: unknown): boolean {
  if (agrees(whole, part)) return true
  if (Array.isArray(whole)) return whole.some((inner) => holds(inner, part))
  return isRecord(whole) && (Object.values(whole).some((inner) => holds(inner, part)) || (isRecord(part) && !('kind' in part) && Object.entries(part).every(([key, value]) => somewhere(whole, key, value))))
}

function somewhere(whole: unknown, key: string, value: unknown): boolean {
  if (Array.isArray(whole)) return whole.some((inner) => somewhere(inner, key, value))
  if (!isRecord(whole)) return false
  return (key in whole && agrees(whole[key], value)) || Object.values(whole).some((inner) => somewhere(inner, key, value))
}

function agrees(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item, index) => agrees(whole[index], item))
  if (isRecord(part)) return isRecord(whole) && Object.entries(part).every(([key, value]) => agrees(whole[key], value))
  return whole === part
}

function completed(): string[] {
  return readdirSync(`${seeds}completed`).flatMap((folder) => readdirSync(`${seeds}completed/${folder}`).map((file) => `completed/${folder}/${file}`))
}
