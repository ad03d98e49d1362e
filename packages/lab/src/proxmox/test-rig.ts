import type { Effects, HttpResponse } from '@stowage/effects'
import { readText } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import type { GuestHardware, PluggedDisk } from '../machines/disk.ts'
import type { Proxmox, ProxmoxOptions } from './proxmox.ts'
import { createProxmox } from './proxmox.ts'

export const GiB = 1024 ** 3

/** What the tests' own client got. */
export interface Answer {
  readonly status: number
  readonly reason: string
  readonly data: unknown
  readonly message: string | undefined
  readonly errors: Readonly<Record<string, string>> | undefined
}

/** A client that knows nothing but HTTP. */
export interface TestClient {
  (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answer>
}

export interface Rig {
  readonly world: VirtualWorld
  readonly proxmox: Proxmox
  readonly effects: Effects
  /** As the token named; `root@pam` by ticketless token of root is not root, so that one logs in. */
  as(authorization: string, node?: string): TestClient
  /** The token with full rights over VMs 100–199, the controller's 9999 and all storages. */
  readonly csi: TestClient
  readonly guest: TestGuest
  task(upid: unknown): Promise<string>
}

/** A guest whose consent the test decides. */
export class TestGuest implements GuestHardware {
  running = true
  readonly slots = new Map<string, PluggedDisk>()
  readonly grown: string[] = []
  readonly busy = new Set<string>()
  refuses = false

  async plug(slot: string, device: PluggedDisk): Promise<void> {
    if (this.refuses) throw new Error('the guest does not take it')
    this.slots.set(slot, device)
  }

  async unplug(slot: string): Promise<'released' | 'busy'> {
    if (this.busy.has(slot)) return 'busy'
    this.slots.delete(slot)
    return 'released'
  }

  resized(slot: string): void {
    this.grown.push(slot)
  }
}

export const csiToken = 'PVEAPIToken=csi@pve!stowage=11111111-1111-4111-8111-111111111111'

export function labOptions(effects: Effects): ProxmoxOptions {
  return {
    clock: effects.clock,
    random: effects.random,
    nodes: ['pve1', 'pve2'],
    storages: [
      { storage: 'local-zfs', type: 'zfspool', sizeBytes: 100 * GiB },
      { storage: 'local-lvm', type: 'lvmthin', sizeBytes: 100 * GiB },
      { storage: 'local', type: 'dir', sizeBytes: 100 * GiB },
      { storage: 'nas', type: 'nfs', sizeBytes: 1000 * GiB },
    ],
    vms: [
      { vmid: 100, name: 'k1', node: 'pve1', uuid: '11111111-2222-4333-8444-000000000100', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] },
      { vmid: 101, name: 'k2', node: 'pve1', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] },
      { vmid: 102, name: 'k3', node: 'pve2', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] },
    ],
    access: {
      users: [
        { userid: 'root@pam', password: 'password', tokens: [{ tokenid: 'key', secret: 'rootsecret', privsep: false }] },
        {
          userid: 'csi@pve',
          tokens: [
            { tokenid: 'stowage', secret: '11111111-1111-4111-8111-111111111111', privsep: false },
            { tokenid: 'apart', secret: 'apart' },
          ],
        },
        { userid: 'poor@pve', tokens: [{ tokenid: 'key', secret: 's', privsep: false }] },
      ],
      roles: { CSI: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'] },
      acl: [{ path: '/', ugid: 'csi@pve', roleid: 'CSI' }],
    },
  }
}

/** Runs a scenario in virtual time. */
export async function inLab<T>(scenario: (rig: Rig) => Promise<T>, change: (options: ProxmoxOptions) => ProxmoxOptions = (options) => options): Promise<T> {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('test')
  const proxmox = createProxmox(change(labOptions(world.process('proxmox').effects)))
  for (const node of ['pve1', 'pve2']) world.route(`https://${node}:8006`, proxmox.handler(node))
  const as = (authorization: string, node = 'pve1'): TestClient => createClient(effects, node, authorization)
  const guest = new TestGuest()
  const csi = as(csiToken)
  return world.run(async () => {
    await proxmox.connect(100, guest)
    return scenario({ world, proxmox, effects, as, csi, guest, task: (upid) => taskEnd(effects, proxmox, upid) })
  }, { untilMs: 3_600_000 })
}

export function createClient(effects: Effects, node: string, authorization: string, headers: Readonly<Record<string, string>> = {}): TestClient {
  return async (method, path, parameters = {}) => {
    const form = new URLSearchParams(Object.entries(parameters).map(([key, value]): [string, string] => [key, String(value)])).toString()
    const query = form !== '' && method !== 'POST' && method !== 'PUT' ? `?${form}` : ''
    const sendsBody = form !== '' && query === ''
    const response = await effects.http.request({
      method,
      url: `https://${node}:8006/api2/json${path}${query}`,
      headers: { ...(authorization === '' ? {} : { authorization }), ...(sendsBody ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
      ...(sendsBody ? { body: form } : {}),
    })
    return readAnswer(response)
  }
}

async function readAnswer({ status, reason, body }: HttpResponse): Promise<Answer> {
  const text = await readText(body)
  const parsed: { data?: unknown; message?: string; errors?: Record<string, string> } = text === '' ? {} : JSON.parse(text)
  return { status, reason, data: parsed.data, message: parsed.message, errors: parsed.errors }
}

/** Waits for a task's end and gives its exitstatus, from the world and not from the API. */
async function taskEnd(effects: Effects, proxmox: Proxmox, upid: unknown): Promise<string> {
  const task = proxmox.world.tasks.find((one) => one.upid === upid)
  if (task === undefined) throw new Error(`there is no task ${String(upid)}`)
  for (;;) {
    if (task.exitstatus !== undefined) return task.exitstatus
    await effects.clock.sleep(100)
  }
}
