import { expect, test } from 'vitest'
import type { CallFault } from './faults.ts'
import type { Rig } from './test-rig.ts'
import { inLab } from './test-rig.ts'

const call = 'POST /nodes/{node}/storage/{storage}/content'
const volid = 'local-zfs:vm-9999-a'

function allocate({ csi }: Rig): Promise<{ status: number; reason: string }> {
  return csi('POST', '/nodes/pve1/storage/local-zfs/content', { vmid: 9999, filename: 'vm-9999-a', size: '1G' })
}

const isThere = ({ proxmox }: Rig): boolean => proxmox.world.volumes().some((volume) => volume.volid === volid)

test.each([
  [{ kind: 'fail-before', status: 500, message: 'got timeout' }, false],
  [{ kind: 'fail-after', status: 596, message: 'Broken pipe' }, true],
] satisfies [CallFault, boolean][])('%j: the answer is the error, and the effect is %s', (fault, effect) =>
  inLab(async (rig) => {
    rig.proxmox.faults.once(call, fault)
    expect(await allocate(rig)).toMatchObject({ status: fault.status, reason: fault.message })
    expect(isThere(rig)).toBe(effect)
    rig.proxmox.faults.once('GET /version', fault)
    expect(await allocate(rig)).toMatchObject({ status: effect ? 500 : 200 })
  }),
)

test.each([
  ['lose-request', false, false],
  ['lose-answer', true, true],
  ['lose-answer-early', false, true],
] as const)('%s: the connection breaks; done at that moment: %s, later: %s', (kind, atOnce, later) =>
  inLab(async (rig) => {
    rig.proxmox.faults.once(call, { kind })
    await expect(allocate(rig)).rejects.toMatchObject({ name: 'HttpFailure', stage: 'answer' })
    expect(isThere(rig)).toBe(atOnce)
    await rig.effects.clock.sleep(5000)
    expect(isThere(rig)).toBe(later)
  }),
)

test.each([
  ['before', false],
  ['after', true],
] as const)('a task that fails %s its effect: the call succeeds, the exitstatus is the error', (when, effect) =>
  inLab(async (rig) => {
    await allocate(rig)
    rig.proxmox.faults.once('POST /nodes/{node}/qemu/{vmid}/config', { kind: 'task-fails', when, message: 'got timeout' })
    const answer = await rig.csi('POST', '/nodes/pve1/qemu/100/config', { scsi1: volid })
    expect(answer.status).toBe(200)
    expect(await rig.task(answer.data)).toBe('got timeout')
    expect(rig.proxmox.world.vm(100)?.plugged.has('scsi1')).toBe(effect)
  }),
)

test('a task that warns is a success with its count', () =>
  inLab(async (rig) => {
    await allocate(rig)
    rig.proxmox.faults.once('DELETE /nodes/{node}/storage/{storage}/content/{volume}', { kind: 'task-warns', message: 'slow' })
    const { data } = await rig.csi('DELETE', `/nodes/pve1/storage/local-zfs/content/${volid}`)
    expect(await rig.task(data)).toBe('WARNINGS: 1')
    expect(isThere(rig)).toBe(false)
  }))

test('a delay holds the call back and then does it', () =>
  inLab(async (rig) => {
    rig.proxmox.faults.once(call, { kind: 'delay', ms: 20_000 })
    const start = rig.effects.clock.now()
    expect(await allocate(rig)).toMatchObject({ status: 200 })
    expect(rig.effects.clock.now() - start).toBeGreaterThan(20_000)
  }))
