/** The edit language for hosts: a host more with a device of each class that is asked for, and devices that are said to be of a class. */
import { values } from '../device-classes.ts'
import type { FactBook } from '../fact-book.ts'
import type { Host } from '../hosts.ts'
import type { CephModel } from '../model.ts'
import { listed } from '../words.ts'
import type { EditStep } from './edit.ts'

/** Names for hosts that can be added: nodes that the cluster is known to have, or the next names in the row; fewer when there are no more. */
export function freeNames(model: CephModel, book: FactBook, most: number): readonly string[] {
  const taken = new Set(model.hosts.map(({ name }) => name))
  const lists = values(book.said('cluster', 'nodes')).map((names) => String(names).split(','))
  const [known] = lists
  if (known !== undefined) return known.filter((name) => !taken.has(name) && !values(book.said(`node/${name}`, 'schedulable')).includes(false)).slice(0, most)
  const [, stem = 'worker-', digits = '0'] = /^(.*?)(\d+)$/.exec(model.hosts.at(-1)?.name ?? '') ?? []
  const made: string[] = []
  for (let number = Number(digits) + 1; made.length < most; number += 1) {
    const name = `${stem}${String(number).padStart(digits.startsWith('0') ? digits.length : 1, '0')}`
    if (!taken.has(name)) made.push(name)
  }
  return made
}

/** As the proofs would see such a host. */
export function imaginedHost(name: string, classes: readonly string[]): Host {
  const devices = (classes.length === 0 ? ['any'] : classes).map((one) => ({ device: { name: one, key: one, path: [], encrypted: false, osds: 1 }, classes: [one], used: 'yes', deciding: [] }) as const)
  return { name, excluded: false, openEnded: false, devices }
}

export function addHost(model: CephModel, index: number, name: string, classes: readonly string[]): EditStep {
  const devices = classes.length === 0 ? [{ name: '/dev/sdb' }] : classes.map((one, place) => (one === 'nvme' ? { name: `/dev/nvme${place}n1` } : { name: `/dev/sd${String.fromCodePoint(98 + place)}`, config: { deviceClass: one } }))
  const what = classes.length === 0 ? 'a device of any class' : listed(classes.map((one) => `${/^[aeioun]|^hdd|^ssd/.test(one) ? 'an' : 'a'} ${one} device`))
  return { path: [...model.path, 'storage', 'nodes', model.hosts.length + index], value: { name, devices }, text: `add host ${name} with ${what}` }
}

/** For each host that could have the class and need not: its first such device is said to have it. */
export function pinned(hosts: readonly Host[], deviceClass: string): { readonly hosts: readonly Host[]; readonly steps: readonly EditStep[] } {
  const steps: EditStep[] = []
  const after = hosts.map((host): Host => {
    const able = host.devices.filter(({ used, classes }) => used === 'yes' && classes.includes(deviceClass))
    const [first] = able
    if (host.excluded !== false || first === undefined || able.some(({ classes }) => classes.length === 1)) return host
    steps.push({ path: [...first.device.path, 'config', 'deviceClass'], value: deviceClass, text: `let ${first.device.key} of ${host.name} count as ${deviceClass}` })
    return { ...host, devices: host.devices.map((one) => (one === first ? { ...one, classes: [deviceClass], deciding: [] } : one)) }
  })
  return { hosts: after, steps }
}
