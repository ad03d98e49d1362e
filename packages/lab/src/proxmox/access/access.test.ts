import { expect, test } from 'vitest'
import type { AccessOptions } from './directory.ts'
import { createDirectory } from './directory.ts'
import { permissionsOf } from './effective.ts'
import type { Rig } from '../test-rig.ts'
import { createClient, inLab } from '../test-rig.ts'
import type { TestClient } from '../test-rig.ts'

const roles = { Read: ['Datastore.Audit'], Write: ['Datastore.AllocateSpace'] }

function may(access: AccessOptions, who: string, path: string): string[] {
  return [...permissionsOf(createDirectory({ users: [{ userid: 'a@pve', groups: ['g'], tokens: [{ tokenid: 'own', secret: 's' }, { tokenid: 'full', secret: 's', privsep: false }] }], roles, ...access }), who, path).keys()]
}

test('an entry reaches down when it propagates, and only then', () => {
  expect(may({ acl: [{ path: '/storage', ugid: 'a@pve', roleid: 'Read' }] }, 'a@pve', '/storage/x')).toEqual(['Datastore.Audit'])
  expect(may({ acl: [{ path: '/storage', ugid: 'a@pve', roleid: 'Read', propagate: false }] }, 'a@pve', '/storage/x')).toEqual([])
  expect(may({ acl: [{ path: '/storage', ugid: 'a@pve', roleid: 'Read', propagate: false }] }, 'a@pve', '/storage')).toEqual(['Datastore.Audit'])
})

test('a deeper entry replaces what came from above; roles at one level add up', () => {
  const acl = [{ path: '/', ugid: 'a@pve', roleid: 'Read' }, { path: '/storage/x', ugid: 'a@pve', roleid: 'Write' }]
  expect(may({ acl }, 'a@pve', '/storage/x')).toEqual(['Datastore.AllocateSpace'])
  expect(may({ acl: [...acl, { path: '/storage/x', ugid: 'a@pve', roleid: 'Read' }] }, 'a@pve', '/storage/x').toSorted()).toEqual(['Datastore.AllocateSpace', 'Datastore.Audit'])
  expect(may({ acl: [...acl, { path: '/storage/x', ugid: 'a@pve', roleid: 'NoAccess' }] }, 'a@pve', '/storage/x')).toEqual([])
})

test("a user's own entry wins over its group's at the same level", () => {
  const group = { path: '/storage/x', ugid: 'g', roleid: 'Read' }
  expect(may({ acl: [group] }, 'a@pve', '/storage/x')).toEqual(['Datastore.Audit'])
  expect(may({ acl: [group, { path: '/storage/x', ugid: 'a@pve', roleid: 'Write' }] }, 'a@pve', '/storage/x')).toEqual(['Datastore.AllocateSpace'])
})

test('a separated token has its own entries, cut to what its user may; one that is not separated has what its user has', () => {
  const user = { path: '/', ugid: 'a@pve', roleid: 'Read' }
  expect(may({ acl: [user] }, 'a@pve!full', '/storage/x')).toEqual(['Datastore.Audit'])
  expect(may({ acl: [user] }, 'a@pve!own', '/storage/x')).toEqual([])
  expect(may({ acl: [user, { path: '/', ugid: 'a@pve!own', roleid: 'Read' }] }, 'a@pve!own', '/storage/x')).toEqual(['Datastore.Audit'])
  expect(may({ acl: [user, { path: '/', ugid: 'a@pve!own', roleid: 'Write' }] }, 'a@pve!own', '/storage/x')).toEqual([])
})

test('a full token of root may what root may, but is not root', () => {
  expect(permissionsOf(createDirectory({ users: [{ userid: 'root@pam', tokens: [{ tokenid: 'x', secret: 's', privsep: false }] }] }), 'root@pam!x', '/').size).toBeGreaterThan(30)
})

const content = '/nodes/pve1/storage/local-zfs/content'
const onlyStorage = (privileges: readonly string[], vm: readonly string[] = ['VM.Config.Disk']): AccessOptions => ({
  users: [{ userid: 'csi@pve', tokens: [{ tokenid: 'stowage', secret: '11111111-1111-4111-8111-111111111111', privsep: false }] }],
  roles: { Store: privileges, Vm: vm, Owner: ['VM.Config.Disk'] },
  acl: [{ path: '/storage', ugid: 'csi@pve', roleid: 'Store' }, { path: '/vms/100', ugid: 'csi@pve', roleid: 'Vm' }],
})

async function makeDisk({ csi }: Rig): Promise<void> {
  await csi('POST', content, { vmid: 9999, filename: 'vm-9999-a', size: '1G' })
}

const attach = ({ csi }: Rig): Promise<{ status: number; reason: string }> => csi('PUT', '/nodes/pve1/qemu/100/config', { scsi1: 'local-zfs:vm-9999-a' })

test("attaching another VMID's disk wants Datastore.Allocate on the storage, or Datastore.Audit there and VM.Config.Disk on the owner", async () => {
  const using = (access: AccessOptions) =>
    inLab(
      async (rig) => {
        await makeDisk(rig)
        return attach(rig)
      },
      (options) => ({ ...options, access }),
    )
  expect(await using(onlyStorage(['Datastore.AllocateSpace']))).toMatchObject({ status: 403, reason: 'Permission check failed (/storage/local-zfs, Datastore.Audit)' })
  expect(await using(onlyStorage(['Datastore.AllocateSpace', 'Datastore.Audit']))).toMatchObject({ status: 403, reason: 'Permission check failed (/vms/9999, VM.Config.Disk)' })
  expect(await using(onlyStorage(['Datastore.AllocateSpace', 'Datastore.Allocate']))).toMatchObject({ status: 200 })
  const owner = onlyStorage(['Datastore.AllocateSpace', 'Datastore.Audit'])
  expect(await using({ ...owner, acl: [...(owner.acl ?? []), { path: '/vms/9999', ugid: 'csi@pve', roleid: 'Owner' }] })).toMatchObject({ status: 200 })
})

test('deleting a disk wants Datastore.Allocate; a list shows only what may be read', async () => {
  await inLab(
    async (rig) => {
      await makeDisk(rig)
      expect(await rig.csi('DELETE', `${content}/vm-9999-a`)).toMatchObject({ status: 403, reason: 'Permission check failed (/storage/local-zfs, Datastore.Allocate)' })
      expect((await rig.csi('GET', content)).data).toEqual([])
    },
    (options) => ({ ...options, access: onlyStorage(['Datastore.AllocateSpace']) }),
  )
})

test('each option wants its own privilege', () =>
  inLab(
    async ({ csi }) => {
      const put = async (parameters: Record<string, string>): Promise<string> => (await csi('PUT', '/nodes/pve1/qemu/100/config', parameters)).reason
      expect(await put({ cores: '2' })).toBe('Permission check failed (/vms/100, VM.Config.CPU)')
      expect(await put({ memory: '512' })).toBe('Permission check failed (/vms/100, VM.Config.Memory)')
      expect(await put({ onboot: '1' })).toBe('Permission check failed (/vms/100, VM.Config.Options)')
    },
    (options) => ({ ...options, access: onlyStorage(['Datastore.Allocate']) }),
  ))

test("a token without Sys.Audit sees its own tasks and nobody else's", () =>
  inLab(async (rig) => {
    await makeDisk(rig)
    const root = rig.as('PVEAPIToken=root@pam!key=rootsecret')
    const mine = await rig.csi('DELETE', `${content}/vm-9999-a`)
    const roots = await root('POST', '/nodes/pve1/qemu/101/status/reboot')
    await rig.task(mine.data)
    await rig.task(roots.data)
    const upids = async (client: TestClient): Promise<unknown> => ((await client('GET', '/nodes/pve1/tasks')).data as { upid: string }[]).map(({ upid }) => upid).toSorted()
    expect(await upids(rig.csi)).toEqual([mine.data])
    expect(await upids(root)).toEqual([mine.data, roots.data].toSorted())
    expect(await rig.csi('GET', `/nodes/pve1/tasks/${String(roots.data)}/status`)).toMatchObject({ status: 403, reason: 'Permission check failed (/nodes/pve1, Sys.Audit)' })
  }))

test('running tasks are listed as active, ended ones in the archive with their exitstatus', () =>
  inLab(async (rig) => {
    await makeDisk(rig)
    const { data } = await rig.csi('DELETE', `${content}/vm-9999-a`)
    expect((await rig.csi('GET', '/nodes/pve1/tasks', { source: 'active' })).data).toMatchObject([{ upid: data, type: 'imgdel', user: 'csi@pve', tokenid: 'stowage' }])
    expect((await rig.csi('GET', `/nodes/pve1/tasks/${String(data)}/status`)).data).toMatchObject({ status: 'running' })
    await rig.task(data)
    expect((await rig.csi('GET', '/nodes/pve1/tasks', { source: 'active' })).data).toEqual([])
    expect((await rig.csi('GET', '/nodes/pve1/tasks', { source: 'archive' })).data).toMatchObject([{ upid: data, status: 'OK' }])
    expect((await rig.csi('GET', `/nodes/pve1/tasks/${String(data)}/log`)).data).toEqual([{ n: 1, t: "Removed volume 'local-zfs:vm-9999-a'" }, { n: 2, t: 'TASK OK' }])
  }))

test('what bootstrap sets up works from a login by password on: role, user, token, ACL, and the token allocates', () =>
  inLab(async (rig) => {
    const { data } = await rig.as('')('POST', '/access/ticket', { username: 'root@pam', password: 'password' })
    const login = data as { ticket: string; CSRFPreventionToken: string }
    const cookie = `PVEAuthCookie=${encodeURIComponent(login.ticket)}`
    const root = createClient(rig.effects, 'pve1', '', { cookie, csrfpreventiontoken: login.CSRFPreventionToken })
    expect((await root('POST', '/access/roles', { roleid: 'Stowage', privs: 'VM.Audit,VM.Config.Disk,Datastore.Allocate,Datastore.AllocateSpace,Datastore.Audit' })).status).toBe(200)
    expect((await root('POST', '/access/users', { userid: 'new@pve' })).status).toBe(200)
    const token = (await root('POST', '/access/users/new@pve/token/csi')).data as { value: string; 'full-tokenid': string }
    const client = rig.as(`PVEAPIToken=${token['full-tokenid']}=${token.value}`)
    await root('PUT', '/access/acl', { path: '/storage/local-zfs', users: 'new@pve', roles: 'Stowage' })
    expect((await client('POST', content, { vmid: 9999, filename: 'vm-9999-z', size: '1G' })).status).toBe(403)
    await root('PUT', '/access/acl', { path: '/storage/local-zfs', tokens: 'new@pve!csi', roles: 'Stowage' })
    expect((await client('POST', content, { vmid: 9999, filename: 'vm-9999-z', size: '1G' })).status).toBe(200)
    expect(await createClient(rig.effects, 'pve1', '', { cookie })('POST', '/access/users', { userid: 'evil@pve' })).toMatchObject({ status: 401, reason: 'Permission denied - invalid csrf token' })
    expect(await root('POST', '/access/users/new@pve/token/csi')).toMatchObject({ status: 400, errors: { tokenid: 'Token already exists.' } })
    expect(await client('POST', '/access/users', { userid: 'evil@pve' })).toMatchObject({ status: 403, reason: 'Permission check failed (/access/realm/pve, Realm.AllocateUser)' })
  }))
