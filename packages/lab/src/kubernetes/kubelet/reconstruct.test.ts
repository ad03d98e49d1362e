import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import { createMachine } from '../../machines/machine.ts'
import { csiVolumeDirectory, deviceDirectory, globalMount, targetPath, volumeData } from './paths.ts'
import { findVolumes } from './reconstruct.ts'

const note = JSON.stringify({ driverName: 'd.test', nodeName: 'k1', specVolID: 'pv 1', volumeHandle: 'handle', volumeLifecycleMode: 'Persistent' })

test('what a kubelet noted and the kernel still mounts is found; what is noted and not mounted is uncertain', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('kubelet')
  const machine = createMachine({ name: 'k1', clock: effects.clock, random: effects.random, systemUuid: '11111111-0000-4000-8000-000000000101' })
  await world.run(async () => {
    const { files, programs } = machine
    const global = globalMount('d.test', 'handle')
    const target = targetPath('uid-1', 'pv 1')
    for (const each of [global, target, csiVolumeDirectory('uid-2', 'pv 1'), '/srv/data']) await files.makeDirectory(each)
    for (const each of [deviceDirectory('d.test', 'handle'), csiVolumeDirectory('uid-1', 'pv 1'), csiVolumeDirectory('uid-2', 'pv 1')]) await files.writeAtomic(`${each}/${volumeData}`, note)
    for (const each of [global, target]) expect(await programs.run({ program: 'mount', args: ['--bind', '/srv/data', each], timeoutMs: 1_000 })).toMatchObject({ exitCode: 0 })
    const found = await findVolumes(files)
    expect(found).toEqual([
      { identity: { name: 'pv 1', driver: 'd.test', handle: 'handle', block: false }, staged: 'done', pods: new Map([['uid-1', 'done'], ['uid-2', 'uncertain']]) },
    ])
  })
})
