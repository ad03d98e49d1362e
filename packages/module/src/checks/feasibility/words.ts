/** Words of the proofs' sentences. */

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

export function count(number: number, word: string): string {
  return `${numbers[number] ?? number} ${plural(number, word)}`
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

/** How a person settles a fact: `device/worker-2/sdb rotational` is looked up with … */
export function howToSettle(deciding: readonly string[]): string {
  const [first] = deciding
  if (first === undefined) return 'write it plainly in the declaration'
  const gather = 'stowage facts gathers it from a living cluster'
  const [object = '', property = ''] = first.split(' ')
  const [kind, node = '', ...device] = object.split('/')
  if (kind === 'cluster') return `write it under spec.facts.cluster.${property}; ${gather}`
  if (property === 'devices') return `name the devices of ${node} in storage.nodes, rather than let a filter choose`
  if (kind === 'node') return `write it under spec.facts.nodes.${node}.${property}; ${gather}`
  const name = device.join('/')
  const look = property === 'rotational' ? ` (1 in /sys/block/${name}/queue/rotational on ${node} means true)` : property === 'fstype' ? ` (lsblk -f /dev/${name} on ${node} shows it)` : ''
  return `write ${property} under spec.facts.nodes.${node}.devices.${name}${look}; ${gather}`
}
