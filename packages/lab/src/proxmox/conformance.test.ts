/** Every call that the lab answers, made once by root, and its answer held against what the published schema promises. */
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { expect, test } from 'vitest'
import { returnFaults } from './schema/returns.ts'
import type { Rig } from './test-rig.ts'
import { createClient, inLab } from './test-rig.ts'
import type { TestClient } from './test-rig.ts'
import { formatNamed } from './schema/formats.ts'
import type { Property } from './schema/method.ts'

type Step = readonly [call: string, path: string, parameters?: Readonly<Record<string, string | number>>]

const user = '/access/users/new@pve'

/** In an order in which each finds what it needs. `UPID` is the last task. */
const steps: readonly Step[] = [
  ['GET /version', '/version'],
  ['GET /cluster', '/cluster'],
  ['GET /cluster/nextid', '/cluster/nextid'],
  ['GET /cluster/resources', '/cluster/resources'],
  ['GET /cluster/status', '/cluster/status'],
  ['GET /nodes', '/nodes'],
  ['GET /nodes/{node}', '/nodes/pve1'],
  ['GET /nodes/{node}/version', '/nodes/pve1/version'],
  ['GET /nodes/{node}/status', '/nodes/pve1/status'],
  ['GET /nodes/{node}/qemu', '/nodes/pve1/qemu'],
  ['GET /storage', '/storage'],
  ['GET /storage/{storage}', '/storage/local-zfs'],
  ['GET /nodes/{node}/storage', '/nodes/pve1/storage'],
  ['GET /nodes/{node}/storage/{storage}', '/nodes/pve1/storage/local-zfs'],
  ['GET /nodes/{node}/storage/{storage}/status', '/nodes/pve1/storage/local-zfs/status'],
  ['POST /nodes/{node}/storage/{storage}/content', '/nodes/pve1/storage/local-zfs/content', { vmid: 9999, filename: 'vm-9999-a', size: '1G' }],
  ['POST /nodes/{node}/storage/{storage}/content', '/nodes/pve1/storage/local/content', { vmid: 9999, filename: 'vm-9999-b.raw', size: '1G' }],
  ['GET /nodes/{node}/storage/{storage}/content', '/nodes/pve1/storage/local-zfs/content'],
  ['GET /nodes/{node}/storage/{storage}/content/{volume}', '/nodes/pve1/storage/local/content/local:9999/vm-9999-b.raw'],
  ['GET /nodes/{node}/qemu/{vmid}', '/nodes/pve1/qemu/100'],
  ['GET /nodes/{node}/qemu/{vmid}/status/current', '/nodes/pve1/qemu/100/status/current'],
  ['POST /nodes/{node}/qemu/{vmid}/config', '/nodes/pve1/qemu/100/config', { scsi1: 'local-zfs:vm-9999-a' }],
  ['GET /nodes/{node}/tasks', '/nodes/pve1/tasks', { source: 'all' }],
  ['GET /nodes/{node}/tasks/{upid}', '/nodes/pve1/tasks/UPID'],
  ['GET /nodes/{node}/tasks/{upid}/status', '/nodes/pve1/tasks/UPID/status'],
  ['GET /nodes/{node}/tasks/{upid}/log', '/nodes/pve1/tasks/UPID/log'],
  ['PUT /nodes/{node}/qemu/{vmid}/resize', '/nodes/pve1/qemu/100/resize', { disk: 'scsi1', size: '2G' }],
  ['PUT /nodes/{node}/qemu/{vmid}/config', '/nodes/pve1/qemu/100/config', { scsi1: 'local-zfs:vm-9999-a,cache=writeback' }],
  ['GET /nodes/{node}/qemu/{vmid}/config', '/nodes/pve1/qemu/100/config', { current: 1 }],
  ['GET /nodes/{node}/qemu/{vmid}/pending', '/nodes/pve1/qemu/100/pending'],
  ['PUT /nodes/{node}/qemu/{vmid}/unlink', '/nodes/pve1/qemu/100/unlink', { idlist: 'scsi1' }],
  ['DELETE /nodes/{node}/storage/{storage}/content/{volume}', '/nodes/pve1/storage/local-zfs/content/vm-9999-a', { delay: 20 }],
  ['POST /nodes/{node}/qemu/{vmid}/status/reboot', '/nodes/pve1/qemu/100/status/reboot'],
  ['POST /nodes/{node}/qemu/{vmid}/status/stop', '/nodes/pve1/qemu/100/status/stop'],
  ['POST /nodes/{node}/qemu/{vmid}/status/start', '/nodes/pve1/qemu/100/status/start'],
  ['POST /nodes/{node}/qemu/{vmid}/status/shutdown', '/nodes/pve1/qemu/100/status/shutdown'],
  ['GET /access', '/access'],
  ['GET /access/ticket', '/access/ticket'],
  ['POST /access/ticket', '/access/ticket', { username: 'root@pam', password: 'password' }],
  ['POST /access/groups', '/access/groups', { groupid: 'ops' }],
  ['GET /access/groups', '/access/groups'],
  ['POST /access/users', '/access/users', { userid: 'new@pve', groups: 'ops', comment: 'x' }],
  ['GET /access/users', '/access/users', { full: 1 }],
  ['GET /access/users/{userid}', user],
  ['PUT /access/users/{userid}', user, { comment: 'y' }],
  ['POST /access/users/{userid}/token/{tokenid}', `${user}/token/one`, { privsep: 1 }],
  ['GET /access/users/{userid}/token', `${user}/token`],
  ['GET /access/users/{userid}/token/{tokenid}', `${user}/token/one`],
  ['PUT /access/users/{userid}/token/{tokenid}', `${user}/token/one`, { comment: 'z' }],
  ['POST /access/roles', '/access/roles', { roleid: 'Own', privs: 'VM.Audit' }],
  ['GET /access/roles', '/access/roles'],
  ['GET /access/roles/{roleid}', '/access/roles/Own'],
  ['PUT /access/roles/{roleid}', '/access/roles/Own', { privs: 'Datastore.Audit', append: 1 }],
  ['PUT /access/acl', '/access/acl', { path: '/storage/local-zfs', tokens: 'new@pve!one', roles: 'Own' }],
  ['GET /access/acl', '/access/acl'],
  ['GET /access/permissions', '/access/permissions', { userid: 'new@pve!one' }],
  ['DELETE /access/roles/{roleid}', '/access/roles/Own'],
  ['DELETE /access/users/{userid}/token/{tokenid}', `${user}/token/one`],
  ['DELETE /access/users/{userid}', user],
]

/** Answered by a refusal that says what the lab lacks. */
const refused = ['POST /nodes/{node}/qemu/{vmid}/move_disk']

async function login({ effects, as }: Rig): Promise<TestClient> {
  const { data } = await as('')('POST', '/access/ticket', { username: 'root@pam', password: 'password' })
  const { ticket, CSRFPreventionToken } = data as { ticket: string; CSRFPreventionToken: string }
  return createClient(effects, 'pve1', '', { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, csrfpreventiontoken: CSRFPreventionToken })
}

test('every call that the lab answers is walked here', async () => {
  const answered = await inLab(async ({ proxmox }) => proxmox.calls)
  expect([...new Set(steps.map(([call]) => call)), ...refused].toSorted()).toEqual(answered.toSorted())
})

test('every answer is what the published schema promises', async () => {
  const faults = await inLab(async (rig) => {
    const root = await login(rig)
    const found: string[] = []
    let upid = ''
    for (const [call, path, parameters] of steps) {
      const [method = ''] = call.split(' ')
      const answer = await root(method as 'GET', path.replace('UPID', upid), parameters)
      if (answer.status !== 200) found.push(`${call}: ${answer.status} ${answer.reason} ${JSON.stringify(answer.errors)}`)
      const schema = proxmoxMethods.find((one) => `${one.method} ${one.path}` === call)
      found.push(...returnFaults(schema?.returns, answer.data).map((fault) => `${call}: ${fault}`))
      if (typeof answer.data === 'string' && answer.data.startsWith('UPID:')) {
        upid = answer.data
        const exitstatus = await rig.task(upid)
        if (exitstatus !== 'OK') found.push(`${call}: task ended with ${exitstatus}`)
      }
    }
    return found
  })
  expect(faults).toEqual([])
})

test('every named format of a call that the lab answers is known to it, or the option is one that no storage controller sets', async () => {
  const answered = await inLab(async ({ proxmox }) => proxmox.calls)
  const unknown = proxmoxMethods
    .filter((method) => answered.includes(`${method.method} ${method.path}`))
    .flatMap(({ parameters }) => Object.entries(parameters?.properties ?? {}))
    .flatMap(([name, property]) => formatsOf(property).filter((format) => formatNamed(format) === undefined).map(() => name))
  // VM hardware and cloud-init: answered 501 with the format's name.
  expect([...new Set(unknown)].toSorted()).toEqual([
    'affinity',
    'amd-sev',
    'cdrom',
    'cicustom',
    'cpu',
    'hostpci[n]',
    'intel-tdx',
    'ipconfig[n]',
    'migration_network',
    'nameserver',
    'net[n]',
    'rng0',
    'targetstorage',
    'watchdog',
  ])
})

function formatsOf(property: Property): string[] {
  if (typeof property.format === 'string') return [property.format]
  return Object.values(property.format ?? {}).flatMap(formatsOf)
}
