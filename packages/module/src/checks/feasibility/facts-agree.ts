/** Two sources that say different things of one object: until one is corrected, both are held possible. */
import type { Fact } from '../../facts/facts.ts'
import type { Fault } from '../check.ts'
import type { FactBook } from './fact-book.ts'
import { listed } from './words.ts'

export function disagreements(book: FactBook, strictFacts: boolean): readonly Fault[] {
  return book.disputed.map((said) => {
    const [{ object = '', property = '' } = {}] = said
    return {
      rule: 'facts-disagree',
      severity: strictFacts ? 'error' : 'warning',
      message: `${property} of ${object}: ${listed(said.map(saying), 'and', 8)}`,
      remedy: 'correct the one that is wrong, or gather the facts again; until then each of them is taken for possible',
      path: pathOf(object, property),
      object,
    }
  })
}

function saying({ value, source, time }: Fact): string {
  return `${JSON.stringify(value)} according to ${sourceWords(source)}${time === undefined ? '' : ` at ${time}`}`
}

function sourceWords({ kind, name }: Fact['source']): string {
  const words = { declaration: 'the declaration', file: `the file ${name}`, cluster: `the cluster ${name}`, proxmox: `Proxmox ${name}` } as const
  return words[kind]
}

/** Where the declaration says it, or would. */
function pathOf(object: string, property: string): readonly string[] {
  const [kind = '', node = '', ...device] = object.split('/')
  const place = kind === 'cluster' ? ['cluster'] : kind === 'node' ? ['nodes', node] : ['nodes', node, 'devices', device.join('/')]
  return ['spec', 'facts', ...place, property]
}
