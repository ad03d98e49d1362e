/** The driver killed at each of its calls, and another process asked at once to attach the disk elsewhere. */
import { expect, test } from 'vitest'
import { createRequest, holders, inRig, writer, type Controller, type Rig } from './driver-rig.ts'

const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
const volid = 'local-zfs:vm-9999-pvc-1'

const attach = (driver: Controller, nodeId: string) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId, volumeCapability: writer })
const detach = (driver: Controller, nodeId: string) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId })

function watch(rig: Rig): string[] {
  const broken: string[] = []
  rig.proxmox.world.history.onEvent(({ kind }) => {
    const now = holders(rig, volid)
    if (now.length > 1) broken.push(`${kind}: ${now.join(' and ')}`)
  })
  return broken
}

/** Kills the process as its call with this number reaches Proxmox, or just after it is answered. */
function killAt({ proxmox }: Rig, victim: () => Controller, number: number): void {
  let seen = 0
  proxmox.faults.onCall(() => {
    if (seen++ === number) victim().process.kill()
    return undefined
  })
}

test.each(Array.from({ length: 16 }, (_, number) => number))('killed at call %i of an attachment, the next process attaches the disk to one VM only', async (number) => {
  for (const seed of [1, 2, 3, 4]) {
    await inRig(
      async (rig) => {
        const broken = watch(rig)
        const first = rig.start()
        await first.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
        killAt(rig, () => first, number)
        void attach(first, 'k1')
        await rig.start().effects.clock.sleep(number * 40 + seed * 13)
        first.process.kill()
        const second = rig.start()
        for (let tries = 0; tries < 5; tries++) {
          const { code, message } = await attach(second, 'k2')
          if (code === 0) break
          // Where the first attachment was carried out, the second is refused until the disk is taken out there.
          expect([9, 14], message).toContain(code)
          if (code === 9) expect(await detach(second, 'k1')).toMatchObject({ code: 0 })
        }
        expect(holders(rig, volid)).toEqual([102])
        await second.effects.clock.sleep(120_000)
        expect(holders(rig, volid)).toEqual([102])
        expect(broken).toEqual([])
      },
      { seed: `${number}/${seed}` },
    )
  }
})

test.each(['lose-answer', 'lose-answer-early', 'lose-request'] as const)('with %s, a caller that gives up leaves the lock until the fate is known, and nobody else attaches meanwhile', async (kind) => {
  await inRig(async (rig) => {
    const broken = watch(rig)
    const driver = rig.start()
    await driver.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
    rig.proxmox.faults.once('POST /nodes/{node}/qemu/{vmid}/config', { kind })
    const impatient = await driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k1', volumeCapability: writer }, 1_000)
    expect(impatient).toMatchObject({ code: 10, message: expect.stringContaining('operation pending') })
    expect(driver.locks.held).toBeGreaterThan(0)
    expect(await attach(driver, 'k2')).toMatchObject({ code: 10 })
    await driver.effects.clock.sleep(60_000)
    expect(driver.locks.held).toBe(0)
    expect(holders(rig, volid)).toEqual([101])
    expect(await attach(driver, 'k2')).toMatchObject({ code: 9, message: expect.stringContaining('VM 101 (k1, scsi1)') })
    expect(broken).toEqual([])
  })
})

test('two processes that are asked at the same time attach a disk to one VM only', async () => {
  for (let seed = 0; seed < 20; seed++) {
    await inRig(
      async (rig) => {
        const broken = watch(rig)
        const [first, second] = [rig.start(), rig.start()]
        await first.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
        await first.effects.clock.sleep(5_000)
        const one = attach(first, 'k1')
        // The second has just become the leader, while the first still has an attachment on its way.
        await second.effects.clock.sleep(120 + seed * 8)
        const other = attach(second, 'k2')
        const codes = [(await one).code, (await other).code]
        expect(codes.filter((code) => code === 0).length).toBeLessThanOrEqual(1)
        expect(broken).toEqual([])
      },
      { seed },
    )
  }
})

test('a task that a dead process left running counts as an attachment until it has ended', async () => {
  await inRig(async (rig) => {
    const broken = watch(rig)
    const first = rig.start()
    await first.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
    const { clock } = rig.start().effects
    // The guest takes its time, and so does the task: QEMU has the disk before the VM's config does.
    const guest = rig.guests.get(101)
    if (guest !== undefined) guest.plug = () => clock.sleep(18_000)
    void attach(first, 'k1')
    await clock.sleep(2_000)
    expect(rig.proxmox.world.tasks.filter(({ exitstatus }) => exitstatus === undefined)).toHaveLength(1)
    first.process.kill()
    expect(await attach(rig.start(), 'k2')).toMatchObject({ code: 9, message: expect.stringContaining('VM 101 (k1, scsi1)') })
    expect(holders(rig, volid)).toEqual([101])
    expect(broken).toEqual([])
  })
})

test('a request that a dead process had on its way has arrived before the next one decides', async () => {
  await inRig(async (rig) => {
    const broken = watch(rig)
    const first = rig.start()
    await first.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
    rig.proxmox.faults.onCall(({ call, parameters }) => {
      if (call !== 'POST /nodes/{node}/qemu/{vmid}/config' || parameters['vmid'] !== '101') return undefined
      first.process.kill()
      return { kind: 'delay', ms: 9_500 }
    })
    void attach(first, 'k1')
    const watcher = rig.start()
    while (first.process.alive) await watcher.effects.clock.sleep(10)
    const second = rig.start()
    expect(await attach(second, 'k2')).toMatchObject({ code: 9, message: expect.stringContaining('VM 101 (k1, scsi1)') })
    expect(holders(rig, volid)).toEqual([101])
    expect(broken).toEqual([])
  })
})
