/**
 * What Proxmox says when it refuses, what it means, and what to do. The text rides in the HTTP reason phrase, in the JSON's
 * `message`, or in a task's exitstatus: one table serves all three. Read from qemu-server, pve-storage, pve-cluster and
 * pve-access-control 9.1. The first row that matches counts.
 */
import type { ErrorKind } from '@stowage/core'

/**
 * `soon`: a lock or a queue, and nothing was done, so the same call may be repeated within seconds.
 * `later`: it goes away by itself or by somebody's hand; whoever asked asks again.
 * `never`: repeating does not help.
 */
export type Repeat = 'soon' | 'later' | 'never'

export interface ErrorText {
  readonly name: string
  readonly pattern: RegExp
  readonly kind: ErrorKind
  readonly repeat: Repeat
  /** A sentence without a full stop; `$1`, `$2` are the pattern's groups. */
  readonly remedy: string
}

export const errorTexts = [
  {
    name: 'permission',
    pattern: /Permission check failed \((\/[^,]*),\s*([^)]+)\)/,
    kind: 'denied',
    repeat: 'later',
    remedy: 'grant the privilege $2 on the path $1 to the token and, with privilege separation, to its user as well',
  },
  { name: 'root-only', pattern: /user != root@pam/, kind: 'denied', repeat: 'never', remedy: 'Proxmox allows this call to root@pam alone; no token can make it' },
  {
    name: 'authentication',
    pattern: /No ticket|authentication failure|Authentication failed|invalid token|no such (?:user|token)|token .* expired|permission denied - invalid/i,
    kind: 'denied',
    repeat: 'later',
    remedy: "check that the token exists, is not expired, and that its secret in the credentials is the one Proxmox gave out; it is read again when it changes",
  },
  {
    name: 'quorum',
    pattern: /no quorum/i,
    kind: 'unavailable',
    repeat: 'later',
    remedy: 'the Proxmox cluster has lost its quorum and takes no changes: bring its nodes back (pvecm status); this is tried again by itself',
  },
  {
    name: 'vm-locked',
    pattern: /VM (?:\d+ )?is locked \(([a-z-]+)\)/,
    kind: 'unavailable',
    repeat: 'later',
    remedy: 'wait until the $1 is over, or, if no such task runs any more, unlock the VM with `qm unlock`; this is tried again by itself',
  },
  {
    name: 'config-lock',
    pattern: /can't lock file '[^']+'(?: - got timeout)?/,
    kind: 'unavailable',
    repeat: 'soon',
    remedy: 'another task holds the lock; this is tried again by itself',
  },
  {
    name: 'storage-lock',
    pattern: /cfs-lock '[^']+' error: got lock request timeout|got lock timeout|can't aquire lock|can't acquire lock/,
    kind: 'unavailable',
    repeat: 'soon',
    remedy: 'another task holds the storage; this is tried again by itself',
  },
  { name: 'digest', pattern: /checksum mismatch|detected modified configuration/, kind: 'unavailable', repeat: 'later', remedy: 'somebody else changed the configuration at the same time; it is read again' },
  {
    name: 'busy-in-guest',
    pattern: /still busy in guest/,
    kind: 'unavailable',
    repeat: 'later',
    remedy: 'the guest still uses the disk: see on the node what holds it (mounts, LVM, LUKS, multipath), and let the pod that uses it end',
  },
  { name: 'hotplug', pattern: /hotplug problem/, kind: 'unavailable', repeat: 'later', remedy: "look at the task's log in Proxmox; a VM that does not take disks any more needs a stop and a start" },
  { name: 'no-vm', pattern: /Configuration file '[^']*?(\d+)\.conf' does not exist|unable to find configuration file for VM (\d+)/, kind: 'not-found', repeat: 'never', remedy: 'the VM has moved to another node or is gone' },
  { name: 'no-storage', pattern: /storage '([^']+)' does not exist|no such storage/, kind: 'precondition', repeat: 'later', remedy: 'write the id of an existing storage into the class (pvesm status lists them), or add the storage in Proxmox' },
  {
    name: 'storage-elsewhere',
    // The status of a storage that is restricted to other nodes is a parameter's fault (API2/Storage/Status.pm, read_status).
    pattern: /storage '([^']+)' is not available on node '([^']+)'|No such storage\./,
    kind: 'exhausted',
    repeat: 'later',
    remedy: "allow the storage on that node (Datacenter, Storage, Nodes), or restrict the class's allowedTopologies to the nodes that have it (pvesm status lists what a node has)",
  },
  { name: 'storage-offline', pattern: /storage '([^']+)' is not (?:online|active)|storage is not online|storage '([^']+)' is disabled/, kind: 'unavailable', repeat: 'later', remedy: 'bring the storage back (pvesm status on the node); this is tried again by itself' },
  { name: 'storage-content', pattern: /storage '([^']+)' does not support (?:content-type 'images'|vm images)/, kind: 'precondition', repeat: 'later', remedy: 'allow the content "Disk image" on this storage (Datacenter, Storage, Edit)' },
  {
    name: 'full',
    pattern: /out of space|No space left on device|insufficient (?:free )?space|not enough free space|Free data space in thin pool|exceeds the size of (?:the )?thin pool|quota exceeded/i,
    kind: 'exhausted',
    repeat: 'later',
    remedy: 'free space on the storage, grow it, or let the claim go to another node or class',
  },
  { name: 'exists', pattern: /already exists/, kind: 'exists', repeat: 'never', remedy: 'look at what holds the name' },
  { name: 'shrink', pattern: /shrinking disks is not supported/, kind: 'invalid', repeat: 'never', remedy: 'ask for at least the size that the disk has' },
  {
    name: 'no-volume',
    pattern: /dataset does not exist|[Nn]o such (?:logical volume|file or directory)|disk '[^']+' does not exist|volume '[^']+' does not exist|Failed to find logical volume|error opening image .*No such file/,
    kind: 'not-found',
    repeat: 'never',
    remedy: 'the disk was removed, renamed or moved outside of Kubernetes; look for it with `pvesm list`',
  },
  { name: 'illegal-name', pattern: /illegal name '[^']*'|unable to parse (?:directory |zfs |lvm |rbd )?volume (?:name|filename)/, kind: 'invalid', repeat: 'never', remedy: "the storage's type does not take a disk of this name" },
  { name: 'node-unreachable', pattern: /No route to host|Connection refused|Connection timed out|Errors during connection|hostname lookup .* failed/, kind: 'unavailable', repeat: 'later', remedy: 'the Proxmox node does not answer: is it up and in the cluster? This is tried again by itself' },
  { name: 'timeout', pattern: /got timeout|timed out|timeout waiting/i, kind: 'unavailable', repeat: 'later', remedy: 'a command on the Proxmox node took too long; its state is read before anything is repeated' },
  { name: 'no-method', pattern: /Method '[^']+' not implemented/, kind: 'internal', repeat: 'never', remedy: 'this Proxmox VE does not know the call; Stowage needs version 8 or newer' },
  { name: 'bad-parameter', pattern: /Parameter verification failed/, kind: 'invalid', repeat: 'never', remedy: 'Proxmox does not take a value of this request' },
] as const satisfies readonly ErrorText[]

export type ErrorTextName = (typeof errorTexts)[number]['name']

export interface ErrorMeaning {
  readonly name: ErrorTextName
  readonly kind: ErrorKind
  readonly repeat: Repeat
  readonly remedy: string
}

/** undefined for words that nobody listed. */
export function meaningOf(text: string): ErrorMeaning | undefined {
  for (const { name, pattern, kind, repeat, remedy } of errorTexts) {
    const match = pattern.exec(text)
    if (match === null) continue
    return { name, kind, repeat, remedy: remedy.replaceAll(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '') }
  }
  return undefined
}
