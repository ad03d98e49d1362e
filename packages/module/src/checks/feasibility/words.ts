/** Words of the proofs' sentences. */
import { formatPath } from '@stowage/core'

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

export function count(number: number, word: string): string {
  return `${numberWord(number)} ${plural(number, word)}`
}

export function numberWord(number: number): string {
  return numbers[number] ?? String(number)
}

export function plural(number: number, word: string): string {
  if (number === 1 || word === 'chassis') return word
  if (word.endsWith('y')) return `${word.slice(0, -1)}ies`
  return word.endsWith('s') ? `${word}es` : `${word}s`
}

/** `a, b and c`, and of many the first and how many more. */
export function listed(names: readonly string[], last: 'and' | 'or' = 'and', most = 4): string {
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} ${last} ${names.length - most + 1} more`
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`
}

const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'eleventh', 'twelfth']

export function ordinal(number: number): string {
  return ordinals[number] ?? `${number}th`
}

/** A fact as words: `device/worker-2/sdb rotational` is "whether sdb of worker-2 is rotational". */
export function factWords(fact: string): string {
  const { kind, node, device: key, property } = partsOf(fact)
  const device = deviceName(key)
  if (kind === 'cluster') return property === 'schedulableNodes' ? 'how many nodes take pods' : 'which nodes the cluster has'
  if (kind === 'node') return property === 'devices' ? `which devices of ${node} are taken` : property === 'schedulable' ? `whether pods may run on ${node}` : `the ${property} of ${node}`
  if (property === 'rotational') return `whether ${device} of ${node} is rotational`
  return property === 'osd' ? `whether ${device} of ${node} holds an OSD of this cluster` : property === 'kname' ? `which disk ${device} of ${node} leads to` : `the ${property} of ${device} on ${node}`
}

/** How a person settles facts: where each is written, and how it is looked up. */
export function howToSettle(deciding: readonly string[]): string {
  const [first, ...more] = deciding
  if (first === undefined) return 'write it plainly in the declaration'
  const { kind, node, device, property } = partsOf(first)
  if (kind === 'node' && property === 'devices') return `name the devices of ${more.length > 0 ? 'these nodes' : node} in storage.nodes, rather than have them chosen there`
  const place = kind === 'cluster' ? ['cluster', property] : kind === 'node' ? ['nodes', node, property] : ['nodes', node, 'devices', deviceName(device), property]
  const look = kind === 'device' ? lookUp(device, property) : ''
  return `write ${formatPath(['spec', 'facts', ...place])}${look}${more.length > 0 ? ', and the others alike' : ''}; or gather it from the living cluster with stowage facts`
}

function lookUp(device: string, property: string): string {
  if (property === 'rotational') return ` (lsblk -dno ROTA /dev/${device} shows 1 for true)`
  if (property === 'osd') return ' (true for an OSD of this very cluster)'
  return property === 'kname' ? ` (lsblk -dno KNAME /dev/${device} shows it)` : property === 'type' ? ` (lsblk -dno TYPE /dev/${device} shows it)` : ''
}

/** As the declaration names it: paths whole, kernel names short. */
export function deviceName(key: string): string {
  return key.includes('/') ? `/dev/${key}` : key
}

function partsOf(fact: string): { readonly kind: string; readonly node: string; readonly device: string; readonly property: string } {
  const space = fact.lastIndexOf(' ')
  const [kind = '', node = '', ...device] = fact.slice(0, space).split('/')
  return { kind, node, device: device.join('/'), property: fact.slice(space + 1) }
}
