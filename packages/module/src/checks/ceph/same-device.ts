/** Whether two names of one node are one device, as far as the names and the facts say. */
import type { Facts } from '../../facts/facts.ts'
import { isKernelName, isPart, plainName } from './device-path.ts'

/** undefined: they may be, and no fact tells. */
export function sameDevice(node: string, one: string, other: string, facts: Facts): boolean | undefined {
  if (plainName(one) === plainName(other)) return true
  const [a, b] = [kernelNameOf(node, one, facts), kernelNameOf(node, other, facts)]
  if (a !== undefined && b !== undefined) return a === b
  if (isPart(one) !== isPart(other)) return false
  return a === undefined && b === undefined && !mayMeet(one, other) ? false : undefined
}

/** Two paths under one directory are two disks, except that by-id has a disk under its serial number and under its world-wide name. */
function mayMeet(one: string, other: string): boolean {
  const [[directory, name], [otherDirectory, otherName]] = [parts(one), parts(other)]
  if (directory !== otherDirectory) return true
  const worldWide = /^(?:wwn-|scsi-|nvme-eui\.|nvme-nvme\.)/
  return directory === '/dev/disk/by-id' && worldWide.test(name) !== worldWide.test(otherName)
}

function parts(path: string): readonly [string, string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}

function kernelNameOf(node: string, device: string, facts: Facts): string | undefined {
  if (isKernelName(device)) return plainName(device)
  const prefix = `device/${node}/`
  const said = facts.find(({ object, property }) => property === 'kname' && object === prefix + device.replace(/^\/dev\//, ''))
  if (said !== undefined) return String(said.value)
  const owner = facts.find(({ object, property, value }) => property === 'aliases' && object.startsWith(prefix) && String(value).split(',').includes(device))
  return owner?.object.slice(prefix.length)
}
