/** Each Proxmox call of a volume's life made to fail in turn, before and after its effect, and what the world looks like then. */
import { describe, expect, test } from 'vitest'
import type { CallFault } from '@stowage/lab/proxmox/faults'
import { createRequest, GiB, holders, inRig, ownVolumes, writer, type Controller, type Outcome, type Rig } from './driver-rig.ts'

const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
const volid = 'local-zfs:vm-9999-pvc-1'

const faults: Readonly<Record<string, CallFault>> = {
  'refused before': { kind: 'fail-before', status: 500, message: 'something went wrong' },
  'refused after': { kind: 'fail-after', status: 500, message: 'something went wrong' },
  'lock timeout': { kind: 'fail-before', status: 500, message: "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout" },
  'request lost': { kind: 'lose-request' },
  'answer lost': { kind: 'lose-answer' },
  'answer lost, done later': { kind: 'lose-answer-early' },
  'gateway gave up': { kind: 'fail-after', status: 596, message: 'Broken pipe' },
  'node unreachable': { kind: 'fail-before', status: 595, message: 'No route to host' },
  'not permitted': { kind: 'fail-before', status: 403, message: 'Permission check failed (/storage/local-zfs, Datastore.Allocate)' },
  'task fails before': { kind: 'task-fails', when: 'before', message: 'got some error' },
  'task fails after': { kind: 'task-fails', when: 'after', message: 'got some error' },
  'task warns': { kind: 'task-warns', message: 'careful' },
}

/** Makes the call with this number fail. */
function failCall({ proxmox }: Rig, number: number, fault: CallFault): { readonly seen: string[] } {
  const seen: string[] = []
  proxmox.faults.onCall(({ call }) => {
    seen.push(call)
    return seen.length - 1 === number ? fault : undefined
  })
  return { seen }
}

/** The world's own rule: at no moment does QEMU of two VMs hold the disk. */
function watchHolders(rig: Rig): string[] {
  const broken: string[] = []
  rig.proxmox.world.history.onEvent(({ kind }) => {
    const now = holders(rig, volid)
    if (now.length > 1) broken.push(`${kind}: ${now.join(' and ')}`)
  })
  return broken
}

const steps: Readonly<Record<string, (driver: Controller) => Promise<Outcome<unknown>>>> = {
  create: (driver) => driver.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1')),
  'attach to k1': (driver) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k1', volumeCapability: writer }),
  expand: (driver) => driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 2 * GiB }, volumeCapability: writer }),
  'detach from k1': (driver) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId: 'k1' }),
  'attach to k2': (driver) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k2', volumeCapability: writer }),
  'detach from k2': (driver) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId: 'k2' }),
  delete: (driver) => driver.call('/csi.v1.Controller/DeleteVolume', { volumeId }),
}

/** What must be true of the world once a step has answered OK. */
const truths: Readonly<Record<string, (rig: Rig) => void>> = {
  create: (rig) => expect(ownVolumes(rig)).toEqual([volid]),
  'attach to k1': (rig) => expect(holders(rig, volid)).toEqual([101]),
  expand: (rig) => expect(rig.proxmox.world.volumes().find((volume) => volume.volid === volid)?.size).toBe(2 * GiB),
  'detach from k1': (rig) => expect(holders(rig, volid)).toEqual([]),
  'attach to k2': (rig) => expect(holders(rig, volid)).toEqual([102]),
  'detach from k2': (rig) => expect(holders(rig, volid)).toEqual([]),
  delete: (rig) => expect(ownVolumes(rig)).toEqual([]),
}

async function live(rig: Rig, driver: Controller): Promise<readonly string[]> {
  const story: string[] = []
  for (const [name, step] of Object.entries(steps)) {
    for (let tries = 1; ; tries++) {
      const { code, message } = await step(driver)
      if (code === 0) break
      story.push(`${name}: ${code} ${message}`)
      if (tries === 6) throw new Error(`${name} never succeeded:\n${story.join('\n')}\n${driver.logged.join('\n')}`)
      await driver.effects.clock.sleep(5_000)
    }
    truths[name]?.(rig)
  }
  return story
}

async function callsOfALife(): Promise<readonly string[]> {
  return inRig(async (rig) => {
    const { seen } = failCall(rig, -1, { kind: 'lose-request' })
    await live(rig, rig.start())
    return seen
  })
}

const calls = await callsOfALife()

/** What can happen to a call that changes nothing; the other faults look the same to who asks. */
const faultsOfReads = ['refused before', 'request lost', 'node unreachable', 'not permitted']
const canSuffer = (call: string, name: string): boolean => !call.startsWith('GET ') || faultsOfReads.includes(name)

describe.each(Object.entries(faults))('%s', (name, fault) => {
  test.each(calls.map((call, number) => [number, call] as const).filter(([, call]) => canSuffer(call, name)))('call %i (%s): the life of a volume goes on, truthfully, and nothing is left', async (number) => {
    await inRig(
      async (rig) => {
        const broken = watchHolders(rig)
        failCall(rig, number, fault)
        const driver = rig.start()
        await live(rig, driver)
        expect(broken).toEqual([])
        expect(driver.locks.held).toBe(0)
        for (const vm of rig.proxmox.world.vms()) {
          expect([...vm.pending], `pending of ${vm.vmid}`).toEqual([])
          expect([...vm.deletes], `deletes of ${vm.vmid}`).toEqual([])
        }
      },
      { seed: `${name}/${number}` },
    )
  })
})

const createCalls = await inRig(async (rig) => {
  const { seen } = failCall(rig, -1, { kind: 'lose-request' })
  await steps['create']?.(rig.start())
  return seen
})

/** Codes after which the provisioner may give up and never ask again (external-provisioner, isFinalError). */
const notFinal = new Set([1, 4, 8, 10, 14])

describe('a create that fails for good leaves no disk', () => {
  test.each(createCalls.flatMap((call, number) => Object.keys(faults).filter((name) => canSuffer(call, name)).map((name) => [name, number, call] as const)))('%s, call %i (%s)', async (name, number) => {
    await inRig(
      async (rig) => {
        const fault = faults[name]
        if (fault === undefined) throw new Error(`no fault ${name}`)
        // From this call on, every call like it fails in the same way.
        let seen = 0
        let kind = ''
        rig.proxmox.faults.onCall(({ call }) => {
          if (seen++ === number) kind = call
          return call === kind ? fault : undefined
        })
        const driver = rig.start()
        const { code } = (await steps['create']?.(driver)) ?? { code: -1 }
        await driver.effects.clock.sleep(60_000)
        if (code === 0) expect(ownVolumes(rig)).toEqual([volid])
        else if (!notFinal.has(code)) expect(ownVolumes(rig)).toEqual([])
      },
      { seed: `${name}/${number}` },
    )
  })
})
