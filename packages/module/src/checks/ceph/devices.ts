/** Nodes and disks have one name each, and one that stays. */
import { fault, warning, type Check, type Fault, type Subject } from '../check.ts'
import { knownFacts } from '../known-facts.ts'
import { howToSettle } from '../feasibility/words.ts'
import { isKernelName, isPartOf } from './device-path.ts'
import { everyHost, hostsOf, type Disk } from './disks.ts'
import { sameDevice } from './same-device.ts'
import { rooksOf } from './subject.ts'

/** A node's name is its identity: twice would be two answers to one question. */
export const nodesAreNamedOnce: Check = (subject) =>
  rooksOf(subject).flatMap((rook) => {
    const names = hostsOf(rook).map(({ name }) => name)
    return hostsOf(rook)
      .filter(({ name }, index) => names.indexOf(name) !== index)
      .map(({ name, path }) => fault('duplicate-node', [...path, 'name'], `node ${name} is listed twice`, 'put its devices under one entry'))
  })

/** One disk under two names would be given to two OSDs, of which the second fails. */
export const devicesAreNamedOnce: Check = (subject) => {
  const facts = knownFacts(subject)
  return everyHost(subject).flatMap(({ name: node, disks }) =>
    disks.flatMap((disk, index): readonly Fault[] => {
      const compared = disks.slice(0, index).map((other) => ({ other, same: sameDevice(node, disk.name, other.name, facts) }))
      const twin = compared.find(({ same }) => same === true)
      if (twin !== undefined) return [fault('duplicate-device', disk.path, twin.other.name === disk.name ? `${disk.name} is listed twice on node ${node}` : `${disk.name} and ${twin.other.name} on node ${node} are the same device`, 'list each device once')]
      const overlapping = compared.find(({ other }) => isPartOf(disk.name, other.name) || isPartOf(other.name, disk.name))?.other.name
      if (overlapping !== undefined) return [fault('duplicate-device', disk.path, `of ${overlapping} and ${disk.name} on node ${node} one is a partition of the other`, 'list the disk or its partitions, not both')]
      const doubtful = compared.find(({ same }) => same === undefined)
      return doubtful === undefined ? [] : [maybeTheSame(subject, node, disk, doubtful.other)]
    }),
  )
}

function maybeTheSame({ strictFacts }: Subject, node: string, { name, path }: Disk, other: Disk): Fault {
  const byPath = isKernelName(name) ? other.name : name
  const object = `device/${node}/${byPath.replace(/^\/dev\//, '')}`
  return {
    ...warning('device-alias', path, `${name} and ${other.name} on node ${node} may be one device under two names: which disk ${byPath} leads to is not known`, `name all devices of a node in one way, by paths under /dev/disk/by-id; or ${howToSettle([`${object} kname`])}`),
    ...(strictFacts ? { severity: 'error' } : {}),
    object,
    verdict: 'unknown',
    deciding: [`${object} kname`],
  }
}

/** Disks are named by the kernel in the order in which they answer. */
export const deviceNamesStay: Check = (subject) =>
  everyHost(subject).flatMap(({ name: node, disks }) =>
    disks
      .filter(({ name }) => isKernelName(name))
      .map(({ name, path }) => warning('unstable-device-name', path, `${name} on node ${node} is a name that the kernel gives anew at each boot: after the next one it may be another disk`, 'use the path under /dev/disk/by-id (ls -l /dev/disk/by-id shows which)')),
  )

/** Every disk that is found empty, today and later. */
export const allDevicesAreMeant: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { storage = {} } }) => {
    const places = [{ useAllDevices: storage.useAllDevices, at: path, where: 'every node' }, ...(storage.nodes ?? []).map((node, index) => ({ useAllDevices: node?.useAllDevices, at: [...path, 'storage', 'nodes', index], where: `node ${node?.name ?? ''}` }))]
    return places.flatMap(({ useAllDevices, at, where }) =>
      useAllDevices !== true ? [] : [warning('use-all-devices', [...at, ...(at === path ? ['storage'] : []), 'useAllDevices'], `useAllDevices on ${where}: each disk that is plugged in empty becomes Ceph’s at once`, 'list the devices, or write a devicePathFilter')],
    )
  })

/** Rook wants useAllNodes false when nodes are named; the names would have no effect. */
export const nodesAreChosenOnce: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { storage } }) =>
    storage?.useAllNodes === true && (storage.nodes ?? []).length > 0
      ? [fault('all-nodes-and-nodes', [...path, 'storage', 'useAllNodes'], 'useAllNodes stands beside nodes: Rook would take every node and read none of their settings', 'remove one of the two')]
      : [],
  )

/** Beside a list of devices Rook reads no filter. */
export const filtersAreRead: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { storage = {} } }) =>
    (storage.nodes ?? []).flatMap((node, index) => {
      if (node === undefined || (node.devices ?? []).length === 0) return []
      return (['deviceFilter', 'devicePathFilter', 'useAllDevices'] as const).flatMap((key) => {
        const own = node[key] !== undefined && node[key] !== false
        if (!own && (storage[key] === undefined || storage[key] === false)) return []
        const at = own ? [...path, 'storage', 'nodes', index, key] : [...path, 'storage', key]
        return [warning('filter-beside-devices', at, `${key} has no effect on node ${node.name ?? ''}, whose devices are listed`, own ? 'remove it, or the list' : 'remove the list of that node, or the filter')]
      })
    }),
  )
