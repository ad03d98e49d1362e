/** The controller's whole contract against the lab's Proxmox: what callers hear, and what is true. */
import { describe, expect, test } from 'vitest'
import { createRequest, GiB, Guest, holders, inRig, inZone, ownVolumes, writer, type Controller, type Rig } from './driver-rig.ts'

const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
const volid = 'local-zfs:vm-9999-pvc-1'

const create = (driver: Controller, ...request: Parameters<typeof createRequest>) => driver.call('/csi.v1.Controller/CreateVolume', createRequest(...request))
const attach = (driver: Controller, nodeId = 'k1', id = volumeId, volumeContext: Record<string, string> = {}) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId: id, nodeId, volumeCapability: writer, volumeContext })
const detach = (driver: Controller, nodeId = 'k1', id = volumeId) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId: id, nodeId })
const remove = (driver: Controller, id = volumeId) => driver.call('/csi.v1.Controller/DeleteVolume', { volumeId: id })
const expand = (driver: Controller, gib: number, id = volumeId) => driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId: id, capacityRange: { requiredBytes: gib * GiB }, volumeCapability: writer })
const sizeOf = (rig: Rig, name: string) => rig.proxmox.world.volumes().find((volume) => volume.volid === name)?.size
const driveOf = (rig: Rig, vmid: number, slot: string) => rig.proxmox.world.vm(vmid)?.config.get(slot)

test('a volume is created, attached, detached and deleted, and the world agrees at each step', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    const created = await create(driver, 'pvc-1')
    expect(created).toMatchObject({ code: 0, value: { volume: { volumeId, capacityBytes: GiB, accessibleTopology: [{ segments: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve1' } }] } } })
    expect(ownVolumes(rig)).toEqual([volid])

    const published = await attach(driver, 'k1', volumeId, created.value?.volume?.volumeContext ?? {})
    expect(published).toMatchObject({ code: 0, value: { publishContext: { slot: 'scsi1', size: String(GiB), format: 'allowed' } } })
    expect(holders(rig, volid)).toEqual([101])
    expect(rig.guests.get(101)?.slots.get('scsi1')).toMatchObject({ serial: published.value?.publishContext['serial'], wwn: published.value?.publishContext['wwn'] })

    expect(await detach(driver)).toMatchObject({ code: 0 })
    expect(holders(rig, volid)).toEqual([])
    expect(await remove(driver)).toMatchObject({ code: 0 })
    expect(ownVolumes(rig)).toEqual([])
    expect(driver.locks.held).toBe(0)
  })
})

test.each([
  ['local-zfs', {}, 'home/pve1/local-zfs/vm-9999-pvc-1'],
  ['local-lvm', {}, 'home/pve1/local-lvm/vm-9999-pvc-1'],
  ['local', {}, 'home/pve1/local/9999/vm-9999-pvc-1.raw'],
  ['local', { storageFormat: 'qcow2' }, 'home/pve1/local/9999/vm-9999-pvc-1.qcow2'],
  ['nas', {}, 'home//nas/9999/vm-9999-pvc-1.raw'],
])('on storage %s %j the whole life works as %s', async (storage, more, id) => {
  await inRig(async (rig) => {
    const driver = rig.start()
    expect(await create(driver, 'pvc-1', { storage, ...more })).toMatchObject({ code: 0, value: { volume: { volumeId: id } } })
    expect(await create(driver, 'pvc-1', { storage, ...more })).toMatchObject({ code: 0, value: { volume: { volumeId: id } } })
    expect(ownVolumes(rig)).toHaveLength(1)
    expect(await attach(driver, 'k1', id)).toMatchObject({ code: 0 })
    expect(await attach(driver, 'k1', id)).toMatchObject({ code: 0, value: { publishContext: { slot: 'scsi1' } } })
    expect(await expand(driver, 3, id)).toMatchObject({ code: 0, value: { capacityBytes: 3 * GiB, nodeExpansionRequired: true } })
    expect(await detach(driver, 'k1', id)).toMatchObject({ code: 0 })
    expect(await detach(driver, 'k1', id)).toMatchObject({ code: 0 })
    expect(await remove(driver, id)).toMatchObject({ code: 0 })
    expect(await remove(driver, id)).toMatchObject({ code: 0 })
    expect(ownVolumes(rig)).toEqual([])
  })
})

describe('create', () => {
  test('sizes are rounded up to 512 MiB and answered as they are', async () => {
    await inRig(async (rig) => {
      const { value } = await rig.start().call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), capacityRange: { requiredBytes: GiB + 1 } })
      expect(value?.volume?.capacityBytes).toBe(1.5 * GiB)
      expect(sizeOf(rig, volid)).toBe(1.5 * GiB)
    })
  })

  test('without a size it is 10 GiB', async () => {
    await inRig(async (rig) => {
      const { capacityRange: _, ...request } = createRequest('pvc-1')
      expect(await rig.start().call('/csi.v1.Controller/CreateVolume', request)).toMatchObject({ value: { volume: { capacityBytes: 10 * GiB } } })
    })
  })

  test.each([
    [2, 0, 6],
    [0.5, 0, 6],
    [1, 1, 0],
  ])('the same name with %i GiB (limit %i) answers %i', async (gib, limit, code) => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      expect(await driver.call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), capacityRange: { requiredBytes: gib * GiB, limitBytes: limit * GiB } })).toMatchObject({ code })
      expect(sizeOf(rig, volid)).toBe(GiB)
    })
  })

  test('an unknown class parameter is refused with the nearest known one, and nothing is made', async () => {
    await inRig(async (rig) => {
      const { code, message } = await create(rig.start(), 'pvc-1', { storage: 'local-zfs', cahce: 'none' })
      expect(code).toBe(3)
      expect(message).toContain('did you mean "cache"?')
      expect(ownVolumes(rig)).toEqual([])
    })
  })

  test.each(['MULTI_NODE_MULTI_WRITER', 'MULTI_NODE_READER_ONLY'] as const)('%s is refused in a sentence that names what can serve it', async (mode) => {
    await inRig(async (rig) => {
      const { code, message } = await rig.start().call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), volumeCapabilities: [{ mount: {}, accessMode: { mode } }] })
      expect(code).toBe(3)
      expect(message).toMatch(/nfs or rookCeph with a filesystem/)
    })
  })

  test.each([
    ['no-such-storage', {}, 9, /storage "no-such-storage" does not exist.*pvesm status/],
    ['local-zfs', { storageFormat: 'qcow2' }, 3, /holds raw disks only/],
    ['local-zfs', { replicate: 'true' }, 3, /does not set up replication yet/],
    ['local-zfs', { backend: 'other' }, 3, /known are pve/],
  ])('on storage %s %j it answers %i', async (storage, more, code, sentence) => {
    await inRig(async (rig) => {
      const outcome = await create(rig.start(), 'pvc-1', { storage, ...more })
      expect(outcome.code, outcome.message).toBe(code)
      expect(outcome.message).toMatch(sentence)
      expect(ownVolumes(rig)).toEqual([])
    })
  })

  test.each([
    ['local-zfs', 200],
    ['local-zfs', 95],
    ['local-lvm', 200],
  ])('a storage without room (%s, %i GiB) is RESOURCE_EXHAUSTED, so that another node is tried', async (storage, gib) => {
    await inRig(async (rig) => {
      const outcome = await create(rig.start(), 'pvc-1', { storage }, gib)
      expect(outcome.code, outcome.message).toBe(8)
      expect(ownVolumes(rig)).toEqual([])
    })
  })

  test('a missing privilege is named with its path', async () => {
    await inRig(async (rig) => {
      const outcome = await create(rig.start({ token: 'poor@pve!t' }), 'pvc-1')
      expect(outcome.code).toBe(7)
      expect(outcome.message).toContain('grant the privilege Datastore.AllocateSpace on the path /storage/local-zfs')
      expect(ownVolumes(rig)).toEqual([])
    })
  })

  test('a wrong token says what to check, and it works again when the token does', async () => {
    await inRig(async (rig) => {
      const outcome = await create(rig.start({ token: 'nobody@pve!t' }), 'pvc-1')
      expect(outcome.code).toBe(7)
      expect(outcome.message).toMatch(/check that the token exists/)
    })
  })

  test('while Proxmox is down it is UNAVAILABLE with the reason, and it works by itself when it is back', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      rig.proxmox.setNode('pve1', 'down')
      rig.proxmox.setNode('pve2', 'down')
      const outcome = await create(driver, 'pvc-1')
      expect(outcome.code).toBe(14)
      rig.proxmox.setNode('pve1', 'up')
      rig.proxmox.setNode('pve2', 'up')
      expect(await create(driver, 'pvc-1')).toMatchObject({ code: 0 })
    })
  })

  test('without quorum it is UNAVAILABLE and says so', async () => {
    await inRig(async (rig) => {
      rig.proxmox.faults.quorumLost = true
      const outcome = await create(rig.start(), 'pvc-1', { storage: 'nas' })
      expect(outcome.code, outcome.message).toBe(14)
      expect(outcome.message).toMatch(/quorum/)
    })
  })

  test('one endpoint down, the other answers', async () => {
    await inRig(async (rig) => {
      rig.world.route('https://pve1:8006', () => Promise.reject(new Error('unused')))()
      expect(await create(rig.start(), 'pvc-1')).toMatchObject({ code: 0 })
    })
  })

  test('a disk that may be on a node that does not answer is not made a second time elsewhere', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const requirements = { preferred: [...inZone('pve1').preferred, ...inZone('pve2').preferred], requisite: [] }
      const request = { ...createRequest('pvc-1'), accessibilityRequirements: requirements }
      expect(await driver.call('/csi.v1.Controller/CreateVolume', request)).toMatchObject({ code: 0 })
      await driver.effects.clock.sleep(3_600_000)
      rig.proxmox.setNode('pve1', 'down')
      expect(await driver.call('/csi.v1.Controller/CreateVolume', request)).toMatchObject({ code: 14 })
      expect(await driver.call('/csi.v1.Controller/CreateVolume', { ...request, name: 'pvc-2' })).toMatchObject({ code: 0, value: { volume: { volumeId: 'home/pve2/local-zfs/vm-9999-pvc-2' } } })
      rig.proxmox.setNode('pve1', 'up')
      expect(await driver.call('/csi.v1.Controller/CreateVolume', request)).toMatchObject({ code: 0, value: { volume: { volumeId } } })
      expect(ownVolumes(rig)).toHaveLength(2)
    })
  })

  test('a disk of the same name on another node is left alone: it may hold data', async () => {
    await inRig(async (rig) => {
      await create(rig.start(), 'pvc-1')
      expect(await create(rig.start(), 'pvc-1', { storage: 'local-zfs' }, 1, 'pve2')).toMatchObject({ code: 0, value: { volume: { volumeId: 'home/pve2/local-zfs/vm-9999-pvc-1' } } })
      expect(rig.proxmox.world.volumes().filter(({ owner }) => owner === 9999).map(({ node }) => node)).toEqual(['pve1', 'pve2'])
    })
  })

  test('without a topology the node with the most room is taken', async () => {
    await inRig(async (rig) => {
      const { accessibilityRequirements: _, ...request } = createRequest('pvc-1')
      expect(await rig.start().call('/csi.v1.Controller/CreateVolume', request)).toMatchObject({ code: 0, value: { volume: { volumeId: 'home/pve2/local-zfs/vm-9999-pvc-1' } } })
    })
  })

  test('a name of 128 strange characters makes a disk that every storage takes, and is found again', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const name = 'ä/'.repeat(42)
      const first = await create(driver, name)
      expect(first.code, first.message).toBe(0)
      expect((await create(driver, name)).value?.volume?.volumeId).toBe(first.value?.volume?.volumeId)
      expect(ownVolumes(rig)).toHaveLength(1)
    })
  })

  test.each([
    ['no name', { name: '' }],
    ['no capabilities', { volumeCapabilities: [] }],
    ['a capability without an access type', { volumeCapabilities: [{ accessMode: { mode: 'SINGLE_NODE_WRITER' } }] }],
    ['a limit below the size', { capacityRange: { requiredBytes: 2 * GiB, limitBytes: GiB } }],
    ['a snapshot as its source', { volumeContentSource: { snapshot: { snapshotId: 'x' } } }],
  ] as const)('%s is INVALID_ARGUMENT', async (_, change) => {
    await inRig(async (rig) => {
      expect(await rig.start().call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), ...change })).toMatchObject({ code: 3 })
    })
  })

  test('many at once all succeed', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const names = Array.from({ length: 25 }, (_, index) => `pvc-${index}`)
      const made = await Promise.all(names.map((name) => create(driver, name)))
      expect(made.map(({ code, message }) => `${code}${message}`)).toEqual(names.map(() => '0'))
      const ids = made.map(({ value }) => value?.volume?.volumeId ?? '')
      const attached = await Promise.all(ids.map((id, index) => attach(driver, index % 2 === 0 ? 'k1' : 'k2', id)))
      expect(attached.map(({ code, message }) => `${code}${message}`)).toEqual(names.map(() => '0'))
      expect(new Set(attached.map(({ value }, index) => `${index % 2} ${value?.publishContext['slot']}`)).size).toBe(25)
    })
  })
})

describe('attach', () => {
  test('class parameters become the drive string, and the identity is that of the volume, not of the slot', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const parameters = { storage: 'local-zfs', cache: 'writethrough', ssd: 'true', diskIOPS: '500', diskMBps: '50', backup: 'true' }
      const { value } = await create(driver, 'pvc-1', parameters)
      await create(driver, 'pvc-0')
      const context = value?.volume?.volumeContext ?? {}
      const first = await attach(driver, 'k1', volumeId, context)
      expect(driveOf(rig, 101, 'scsi1')).toMatch(/^local-zfs:vm-9999-pvc-1,backup=1,cache=writethrough,discard=on,iops_rd=500,iops_wr=500,iothread=1,mbps_rd=50,mbps_wr=50,replicate=0,serial=[0-9a-f]{20},size=1G,ssd=1,wwn=0x3[0-9a-f]{15}$/)
      await detach(driver)
      await attach(driver, 'k2', 'home/pve1/local-zfs/vm-9999-pvc-0')
      const second = await attach(driver, 'k2', volumeId, context)
      expect(second.value?.publishContext).toMatchObject({ slot: 'scsi2', serial: first.value?.publishContext['serial'], wwn: first.value?.publishContext['wwn'] })
    })
  })

  test('a disk that another VM has is FAILED_PRECONDITION, naming VM, node and slot', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver, 'k1')
      const outcome = await attach(driver, 'k2')
      expect(outcome).toMatchObject({ code: 9, message: expect.stringContaining('VM 101 (k1, scsi1) on pve1') })
      expect(holders(rig, volid)).toEqual([101])
    })
  })

  test.each([
    ['another node of Proxmox', 'k3', 9, /VM 103 on pve2, but disk local-zfs:vm-9999-pvc-1 is on pve1/],
    ['an unknown node', 'k99', 5, /k99 is no VM/],
  ])('%s (%s) is %i', async (_, node, code, sentence) => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      const outcome = await attach(driver, node)
      expect(outcome.code).toBe(code)
      expect(outcome.message).toMatch(sentence)
    })
  })

  test('an unknown volume is NOT_FOUND', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect(await attach(driver)).toMatchObject({ code: 5 })
      expect(await attach(driver, 'k1', 'nonsense')).toMatchObject({ code: 5 })
    })
  })

  test('a shared disk goes to a VM of any node, and a VM of another node that has it is seen', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const id = 'home//nas/9999/vm-9999-pvc-1.raw'
      await create(driver, 'pvc-1', { storage: 'nas' })
      expect(await attach(driver, 'k3', id)).toMatchObject({ code: 0 })
      expect(await attach(driver, 'k1', id)).toMatchObject({ code: 9 })
      expect(await detach(driver, 'k3', id)).toMatchObject({ code: 0 })
      expect(await attach(driver, 'k1', id)).toMatchObject({ code: 0 })
    })
  })

  test('a guest that does not take the disk is an error, and nothing stays pending', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      const guest = rig.guests.get(101) ?? new Guest()
      guest.refuses = true
      const outcome = await attach(driver)
      expect(outcome.code).toBe(14)
      expect(outcome.message).toMatch(/hotplug problem/)
      expect([...(rig.proxmox.world.vm(101)?.pending ?? [])]).toEqual([])
      guest.refuses = false
      expect(await attach(driver)).toMatchObject({ code: 0 })
      expect(holders(rig, volid)).toEqual([101])
    })
  })

  test('a hot-plug that somebody else left pending is no attachment: it is taken back and done', async () => {
    await inRig(
      async (rig) => {
        const driver = rig.start()
        await create(driver, 'pvc-1')
        const outcome = await attach(driver)
        expect(outcome).toMatchObject({ code: 9, message: expect.stringContaining('qm set 101 --hotplug') })
        expect(holders(rig, volid)).toEqual([])
      },
      { lab: (options) => ({ ...options, vms: (options.vms ?? []).map((vm) => ({ ...vm, config: { hotplug: 'network' } })) }) },
    )
  })

  test('a VM that is locked for a backup says so, and the disk is attached when the backup is over', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      rig.proxmox.setLock(101, 'backup')
      const outcome = await attach(driver)
      expect(outcome).toMatchObject({ code: 14, message: expect.stringContaining('locked (backup)') })
      rig.proxmox.setLock(101, undefined)
      expect(await attach(driver)).toMatchObject({ code: 0 })
    })
  })

  test('a full VM is RESOURCE_EXHAUSTED', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      for (let index = 0; index < 31; index++) {
        await create(driver, `pvc-${index}`, { storage: 'local-lvm' })
        const outcome = await attach(driver, 'k1', `home/pve1/local-lvm/vm-9999-pvc-${index}`)
        expect(outcome.code, outcome.message).toBe(index < 30 ? 0 : 8)
      }
    })
  })

  test('a node is found by its SMBIOS UUID whatever its VM is called, and a name alone does not overrule it', async () => {
    const uuid = '0d6c7d3e-0000-4000-8000-00000000abcd'
    await inRig(
      async (rig) => {
        const facts = { name: 'worker', systemUuid: uuid.toUpperCase(), labels: {}, annotations: {} }
        const impostor = { name: 'k2', systemUuid: '11111111-0000-4000-8000-000000000000', labels: {}, annotations: {} }
        const nodes = { find: (id: string) => Promise.resolve([facts, impostor].find(({ name }) => name === id)), list: () => Promise.resolve([facts]) }
        const driver = rig.start({ nodes })
        await create(driver, 'pvc-1')
        expect(await attach(driver, 'worker')).toMatchObject({ code: 0 })
        expect(holders(rig, volid)).toEqual([101])
        expect(await attach(driver, 'k2')).toMatchObject({ code: 5 })
        expect((await driver.call('/csi.v1.Controller/ListVolumes', {})).value?.entries[0]?.status?.publishedNodeIds).toEqual(['worker'])
      },
      { lab: (options) => ({ ...options, vms: (options.vms ?? []).map((vm) => (vm.vmid === 101 ? { ...vm, uuid } : vm)) }) },
    )
  })

  test('a token that cannot read a VM makes no attachment blindly', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      rig.proxmox.faults.onCall(({ call }) => (call === 'GET /nodes/{node}/qemu/{vmid}/pending' ? { kind: 'fail-before', status: 403, message: 'Permission check failed (/vms/102, VM.Audit)' } : undefined))
      expect(await attach(driver)).toMatchObject({ code: 7, message: expect.stringContaining('VM.Audit on the path /vms/102') })
      expect(holders(rig, volid)).toEqual([])
    })
  })
})

describe('detach', () => {
  test('a busy guest is an error that names it, again and again, until it lets go', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver)
      const guest = rig.guests.get(101) ?? new Guest()
      guest.busy = true
      for (let tries = 0; tries < 3; tries++) {
        const outcome = await detach(driver)
        expect(outcome.code).toBe(14)
        expect(outcome.message).toMatch(/VM 101 \(k1\).*still busy in guest/)
        expect(holders(rig, volid)).toEqual([101])
        expect(await attach(driver, 'k2')).toMatchObject({ code: 9 })
        expect(await remove(driver)).toMatchObject({ code: 9 })
      }
      guest.busy = false
      expect(await detach(driver)).toMatchObject({ code: 0 })
      expect(holders(rig, volid)).toEqual([])
      expect([...(rig.proxmox.world.vm(101)?.deletes ?? [])]).toEqual([])
    })
  })

  test('from a node that is not its own it stays where it is', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver, 'k1')
      expect(await detach(driver, 'k2')).toMatchObject({ code: 0 })
      expect(holders(rig, volid)).toEqual([101])
    })
  })

  test('without a node it goes out of whichever VM has it', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver, 'k1')
      expect(await detach(driver, '')).toMatchObject({ code: 0 })
      expect(holders(rig, volid)).toEqual([])
    })
  })

  test('an unknown volume, or one that is attached nowhere, is detached', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect(await detach(driver, 'k1')).toMatchObject({ code: 0 })
      expect(await detach(driver, 'k99')).toMatchObject({ code: 0 })
    })
  })
})

describe('delete', () => {
  test('an attached disk is not deleted', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver)
      expect(await remove(driver)).toMatchObject({ code: 9, message: expect.stringContaining('VM 101 (k1, scsi1)') })
      expect(ownVolumes(rig)).toEqual([volid])
    })
  })

  test.each(['home/pve1/local-zfs/vm-101-disk-0', 'home/pve1/local-zfs/base-9999-x'])('a disk that is not ours (%s) is not deleted', async (id) => {
    await inRig(async (rig) => {
      expect(await remove(rig.start(), id)).toMatchObject({ code: 9 })
      expect(rig.proxmox.world.volumes().map((volume) => volume.volid)).toContain('local-zfs:vm-101-disk-0')
    })
  })

  test('an entry that merely remembers the disk goes first, and the disk with it, not before', async () => {
    await inRig(
      async (rig) => {
        const driver = rig.start()
        await create(driver, 'pvc-1')
        expect(await remove(driver)).toMatchObject({ code: 0 })
        expect(rig.proxmox.world.vm(102)?.config.has('unused0')).toBe(false)
        expect(ownVolumes(rig)).toEqual([])
      },
      { lab: (options) => ({ ...options, vms: (options.vms ?? []).map((vm) => (vm.vmid === 102 ? { ...vm, config: { unused0: volid } } : vm)) }) },
    )
  })

  test('an unknown volume is deleted already; an unknown cluster is not', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect(await remove(driver, 'nonsense')).toMatchObject({ code: 0 })
      expect(await remove(driver)).toMatchObject({ code: 0 })
      expect(await remove(driver, 'elsewhere/pve1/local-zfs/vm-9999-pvc-1')).toMatchObject({ code: 9 })
    })
  })

  test('a deletion whose task fails is not answered as done', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      rig.proxmox.faults.once('DELETE /nodes/{node}/storage/{storage}/content/{volume}', { kind: 'task-fails', when: 'before', message: 'zfs error: dataset is busy' })
      const outcome = await remove(driver)
      expect(outcome.code).not.toBe(0)
      expect(outcome.message).toContain('dataset is busy')
      expect(ownVolumes(rig)).toEqual([volid])
    })
  })
})

describe('expand', () => {
  test('an attached disk grows; asked again nothing changes; asked for less it keeps what it has', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await attach(driver)
      expect(await expand(driver, 2)).toMatchObject({ code: 0, value: { capacityBytes: 2 * GiB } })
      expect(await expand(driver, 2)).toMatchObject({ code: 0, value: { capacityBytes: 2 * GiB } })
      expect(await expand(driver, 1)).toMatchObject({ code: 0, value: { capacityBytes: 2 * GiB } })
      expect(sizeOf(rig, volid)).toBe(2 * GiB)
    })
  })

  test('a detached disk waits for its next use, and says so', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      expect(await expand(driver, 2)).toMatchObject({ code: 9, message: expect.stringContaining('as soon as a pod uses the volume') })
      expect(sizeOf(rig, volid)).toBe(GiB)
    })
  })

  test('with a stopped holder VM a detached disk grows, and the holder keeps nothing', async () => {
    await inRig(
      async (rig) => {
        const driver = rig.start()
        await create(driver, 'pvc-1')
        expect(await expand(driver, 2)).toMatchObject({ code: 0, value: { capacityBytes: 2 * GiB } })
        expect(sizeOf(rig, volid)).toBe(2 * GiB)
        expect([...(rig.proxmox.world.vm(900)?.config.values() ?? [])].filter((value) => value.includes(volid))).toEqual([])
      },
      { lab: (options) => ({ ...options, vms: [...(options.vms ?? []), { vmid: 900, name: 'stowage-holder', node: 'pve1', running: false }] }) },
    )
  })

  test('what a process left in a holder when it died is no attachment', async () => {
    await inRig(
      async (rig) => {
        const driver = rig.start()
        await create(driver, 'pvc-1')
        expect(await attach(driver)).toMatchObject({ code: 0 })
        expect(holders(rig, volid)).toEqual([101])
        expect(rig.proxmox.world.vm(900)?.config.has('scsi0')).toBe(false)
      },
      { lab: (options) => ({ ...options, vms: [...(options.vms ?? []), { vmid: 900, name: 'stowage-holder', node: 'pve1', running: false, config: { scsi0: volid } }] }) },
    )
  })

  test('no size, no volume', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect(await driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId })).toMatchObject({ code: 3 })
      expect(await expand(driver, 2)).toMatchObject({ code: 5 })
    })
  })
})

describe('list, capacity, validate', () => {
  test('pages go on after the last id, also when that volume is gone; a token of nobody is ABORTED', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      for (const name of ['pvc-1', 'pvc-2', 'pvc-3']) await create(driver, name)
      await attach(driver)
      const first = await driver.call('/csi.v1.Controller/ListVolumes', { maxEntries: 2 })
      expect(first.value?.entries.map(({ volume, status }) => [volume?.volumeId, status?.publishedNodeIds])).toEqual([
        [volumeId, ['k1']],
        ['home/pve1/local-zfs/vm-9999-pvc-2', []],
      ])
      await remove(driver, 'home/pve1/local-zfs/vm-9999-pvc-2')
      const second = await driver.call('/csi.v1.Controller/ListVolumes', { maxEntries: 2, startingToken: first.value?.nextToken ?? '' })
      expect(second.value).toMatchObject({ nextToken: '', entries: [{ volume: { volumeId: 'home/pve1/local-zfs/vm-9999-pvc-3' } }] })
      expect(await driver.call('/csi.v1.Controller/ListVolumes', { startingToken: 'invalid-token' })).toMatchObject({ code: 10 })
    })
  })

  test('capacity is what the storage has there; what is not known now is an error, never zero; what the class has wrong is left to CreateVolume', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      const ask = (storage: string, zone: string) => driver.call('/csi.v1.Controller/GetCapacity', { parameters: { storage }, accessibleTopology: { segments: inZone(zone).preferred[0]?.segments ?? {} } })
      const before = await ask('local-zfs', 'pve1')
      expect(before.value?.availableCapacity).toBeGreaterThan(50 * GiB)
      await create(driver, 'pvc-1', { storage: 'local-zfs' }, 10)
      expect((before.value?.availableCapacity ?? 0) - ((await ask('local-zfs', 'pve1')).value?.availableCapacity ?? 0)).toBeGreaterThanOrEqual(10 * GiB)
      expect((await ask('nonsense', 'pve1')).value?.availableCapacity).toBeGreaterThan(1024 * 1024 * GiB)
      expect((await driver.call('/csi.v1.Controller/GetCapacity', {})).code).toBe(0)
      rig.proxmox.setNode('pve1', 'down')
      rig.proxmox.setNode('pve2', 'down')
      expect(await ask('local-zfs', 'pve1')).toMatchObject({ code: 14 })
    })
  })

  test('capabilities are confirmed for what can be served, refused with the reason otherwise, and NOT_FOUND without a volume', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      const ask = (mode: 'SINGLE_NODE_WRITER' | 'MULTI_NODE_MULTI_WRITER', id = volumeId) => driver.call('/csi.v1.Controller/ValidateVolumeCapabilities', { volumeId: id, volumeCapabilities: [{ block: {}, accessMode: { mode } }] })
      expect((await ask('SINGLE_NODE_WRITER')).value?.confirmed?.volumeCapabilities).toHaveLength(1)
      expect((await ask('MULTI_NODE_MULTI_WRITER')).value).toMatchObject({ message: expect.stringContaining('nfs') })
      expect(await ask('SINGLE_NODE_WRITER', 'home/pve1/local-zfs/vm-9999-none')).toMatchObject({ code: 5 })
    })
  })

  test('what is advertised is what is there', async () => {
    await inRig(async (rig) => {
      const { value } = await rig.start().call('/csi.v1.Controller/ControllerGetCapabilities', {})
      expect(value?.capabilities.map(({ rpc }) => rpc?.type)).toEqual(['CREATE_DELETE_VOLUME', 'PUBLISH_UNPUBLISH_VOLUME', 'LIST_VOLUMES', 'LIST_VOLUMES_PUBLISHED_NODES', 'GET_CAPACITY', 'EXPAND_VOLUME', 'SINGLE_NODE_MULTI_WRITER'])
    })
  })
})

test('no secret is ever logged', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    rig.proxmox.setLock(101, 'backup')
    await driver.call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), secrets: { 'encryption-passphrase': 'open sesame' } })
    await attach(driver)
    expect(driver.logged.join('\n')).not.toMatch(/open sesame|11111111-1111/)
  })
})
