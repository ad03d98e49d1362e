import { silentLog } from '@stowage/core'
import { VirtualWorld } from '@stowage/effects/virtual'
import { fixedConnection, type ActiveTask, type PendingEntry, type ProxmoxClient } from '@stowage/proxmox'
import { describe, expect, test } from 'vitest'
import { fence } from './fence.ts'
import { KnownTasks } from './known-tasks.ts'
import { openCluster } from './open-cluster.ts'
import { referencesTo, SharedScan, type ScannedVm } from './scan.ts'

const upid = (pid: number, vmid: number): string => `UPID:pve1:${pid.toString(16).padStart(8, '0')}:0000ABCD:66666666:qmconfig:${vmid}:csi@pve!t:`
const task = (pid: number, vmid: number, type = 'qmconfig'): ActiveTask => ({ upid: upid(pid, vmid), type, id: String(vmid) })
const handle = { region: 'home', zone: 'pve1', storage: 'local-zfs', disk: 'vm-9999-pvc-1' }

test('while a task runs that nobody here awaits, the fence waits, and looks again when it has ended', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('driver')
  let looks = 0
  const client: Partial<ProxmoxClient> = {
    vms: () => Promise.resolve([{ vmid: 101, node: 'pve1', name: 'k1', template: false }]),
    activeTasks: () => Promise.resolve((looks += 1) < 4 ? [task(1, 101)] : []),
    vmPending: () => Promise.resolve(looks < 4 ? [] : [{ key: 'scsi1', value: 'local-zfs:vm-9999-pvc-1,ssd=1', deleting: false }]),
  }
  const source = fixedConnection({ endpoints: ['https://pve1:8006'], tokenId: 'a@b!c', tokenSecret: 'x' })
  const open = openCluster({ name: 'pve', region: 'home', source }, effects, silentLog, new AbortController().signal)
  const storageStatus = () => Promise.resolve({ storage: 'local-zfs', type: 'zfspool', content: ['images'], active: true, enabled: true, shared: false })
  const cluster = { ...open, client: { ...open.client, storageStatus }, scan: new SharedScan({ ...open.client, ...client }) }
  const { references } = await world.run(() => fence(cluster, handle))
  expect(looks).toBe(4)
  expect(references).toMatchObject([{ slot: 'scsi1', state: 'attached' }])
})

describe('strangers', () => {
  test('a task that is awaited here is none; one is forgiven for each change whose id is still on its way', () => {
    const tasks = new KnownTasks()
    expect(tasks.strangers(101, [upid(1, 101)])).toEqual([upid(1, 101)])
    const asked = tasks.asking(101)
    expect(tasks.strangers(101, [upid(1, 101)])).toEqual([])
    expect(tasks.strangers(102, [upid(1, 102)])).toEqual([upid(1, 102)])
    expect(tasks.strangers(101, [upid(1, 101), upid(2, 101)])).toHaveLength(2)
    asked()
    const known = tasks.awaiting(upid(1, 101))
    expect(tasks.strangers(101, [upid(1, 101)])).toEqual([])
    known()
    expect(tasks.strangers(101, [upid(1, 101)])).toHaveLength(1)
  })
})

describe('references', () => {
  const vm = (...entries: readonly PendingEntry[]): ScannedVm => ({ vmid: 101, node: 'pve1', template: false, entries })
  const volid = 'local-zfs:vm-9999-pvc-1'

  test.each<readonly [string, PendingEntry, string | undefined]>([
    ['a running disk', { key: 'scsi1', value: `${volid},ssd=1`, deleting: false }, 'attached'],
    ['one whose deletion is pending', { key: 'scsi1', value: volid, deleting: true }, 'detaching'],
    ['one that another disk is to replace', { key: 'scsi1', value: volid, pending: 'local-zfs:other', deleting: false }, 'detaching'],
    ['one that is pending only', { key: 'virtio3', pending: volid, deleting: false }, 'attaching'],
    ['one that replaces another', { key: 'scsi1', value: 'local-zfs:other', pending: `${volid},ssd=1`, deleting: false }, 'attaching'],
    ['one that is remembered', { key: 'unused0', value: volid, deleting: false }, 'unused'],
    ['one under an explicit key, among keys that nobody knows', { key: 'sata1', value: `new-key=1,file=${volid}`, deleting: false }, 'attached'],
    ['another disk whose name begins the same', { key: 'scsi1', value: `${volid}0,ssd=1`, deleting: false }, undefined],
    ['the same name on another storage', { key: 'scsi1', value: 'local-zfs2:vm-9999-pvc-1', deleting: false }, undefined],
    ['a description that mentions it', { key: 'description', value: volid, deleting: false }, undefined],
  ])('%s', (_, entry, state) => {
    expect(referencesTo(volid, [vm(entry)]).map((reference) => reference.state)).toEqual(state === undefined ? [] : [state])
  })
})

test('who asks while a scan runs shares the next one, which began later', async () => {
  let scans = 0
  let finish: (() => void)[] = []
  const client: Partial<ProxmoxClient> = {
    activeTasks: () => Promise.resolve([]),
    vms: () => {
      scans += 1
      return new Promise((resolve) => finish.push(() => resolve([])))
    },
  }
  const world = new VirtualWorld({ seed: 1 })
  const source = fixedConnection({ endpoints: ['https://pve1:8006'], tokenId: 'a@b!c', tokenSecret: 'x' })
  const { client: real } = openCluster({ name: 'pve', region: 'home', source }, world.process('driver').effects, silentLog, new AbortController().signal)
  const scan = new SharedScan({ ...real, ...client })
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    for (const end of finish) end()
    finish = []
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  const first = scan.fresh('pve1')
  const second = scan.fresh('pve1')
  const third = scan.fresh('pve1')
  await settle()
  await settle()
  const seen = await Promise.all([first, second, third])
  expect(scans).toBe(2)
  expect(seen[1]).toBe(seen[2])
  expect(seen[0]).not.toBe(seen[1])
})
