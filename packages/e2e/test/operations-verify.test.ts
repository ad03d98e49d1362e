/** `verify` on the whole lab in virtual time: the real driver, the real plan, every class. */
import { readFileSync } from 'node:fs'
import { planStorage, readDeclaration } from '@stowage/module'
import { applyPlan, observe, statusOf, verify } from '@stowage/operations'
import type { StepEvent } from '@stowage/operations'
import { createVirtualLab } from 'stowage/lab/virtual-lab'
import type { VirtualLab } from 'stowage/lab/virtual-lab'
import { expect, test } from 'vitest'

const file = 'examples/homelab/storage.yaml'

async function inLab(body: (lab: VirtualLab) => Promise<void>, seed = 'verify'): Promise<void> {
  const virtual = createVirtualLab(seed)
  const { spec } = readDeclaration([{ file, text: readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8') }])
  if (spec === undefined) throw new Error(`${file} has faults`)
  await virtual.world.run(
    async () => {
      await virtual.prepare()
      const applied = await applyPlan(planStorage(spec), { client: virtual.client, waitMs: 120_000 })
      expect(applied.outcomes.filter(({ state }) => state === 'failed' || state === 'blocked')).toEqual([])
      await body(virtual)
      await virtual.lab.stop()
    },
    { untilMs: 3_600_000 },
  )
}

const names = async ({ client }: VirtualLab, kind: string): Promise<readonly string[]> => (await client.list({ apiVersion: 'v1', kind })).items.map(({ metadata }) => metadata?.name ?? '')

test('every class of the homelab keeps what is written, grows, moves where it can, and leaves nothing', () =>
  inLab(async (lab) => {
    const { client, effects } = lab
    const events: StepEvent[] = []
    const result = await verify({ client, random: effects.random, listener: (event) => events.push(event) })
    expect(result.classes.map((each) => [each.class, each.outcome, each.message])).toEqual(['hostpath', 'proxmox-csi', 'proxmox-lvm', 'proxmox-ssd'].map((name) => [name, 'passed', 'what was written is what is read']))
    expect(result).toMatchObject({ ok: true })
    expect(result.classes.flatMap(({ left }) => left)).toEqual([])
    const stages = (name: string): string[] => result.classes.find((each) => each.class === name)?.steps.map(({ step, state }) => `${step.split(':')[2]} ${state}`) ?? []
    expect(stages('hostpath')).toEqual(['claim changed', 'write changed', 'bound changed', 'read changed', 'expand changed', 'move unchanged', 'clean-up changed'])
    expect(events.filter(({ step, state }) => step.endsWith(':move') && state === 'changed').length).toBeGreaterThan(0)
    expect([await names(lab, 'PersistentVolume'), await names(lab, 'PersistentVolumeClaim')]).toEqual([[], []])
  }))

test('a class whose storage does not exist fails in the words of Proxmox, and leaves nothing', () =>
  inLab(async (lab) => {
    const { client, effects } = lab
    await client.create({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'nowhere' }, ...{ provisioner: 'proxmox.csi.stowage.dev', parameters: { storage: 'gone-zfs' }, volumeBindingMode: 'Immediate' } })
    const result = await verify({ client, random: effects.random, classes: ['nowhere'], waitMs: 30_000 })
    expect(result).toMatchObject({ ok: false, classes: [{ outcome: 'failed', left: [], cleanUpCommand: '' }] })
    expect(result.classes[0]?.message).toMatch(/ProvisioningFailed.*gone-zfs/)
    expect(await names(lab, 'PersistentVolumeClaim')).toEqual([])
  }))

test('stopped in the middle, it says what it left and how to delete it', () =>
  inLab(async (lab) => {
    const { client, effects } = lab
    const stop = new AbortController()
    const onRead = ({ step, state }: StepEvent): void => {
      if (step.endsWith(':read') && state === 'changed') stop.abort(new Error('Ctrl-C'))
    }
    const result = await verify({ client, random: effects.random, classes: ['proxmox-csi'], signal: stop.signal, listener: onRead })
    const [stopped] = result.classes
    expect(result.ok).toBe(false)
    const pods = await names(lab, 'Pod')
    const [claim, volume] = [await names(lab, 'PersistentVolumeClaim'), await names(lab, 'PersistentVolume')]
    expect([claim.length, volume.length]).toEqual([1, 1])
    const handle = statusOf(await observe(client)).rows[0]?.handle
    expect(stopped?.left).toEqual([`Pod default/${pods.find((name) => name.startsWith('stowage-verify'))}`, `PersistentVolumeClaim default/${claim[0]}`, `PersistentVolume ${volume[0]} (${handle})`])
    expect(stopped?.cleanUpCommand).toContain(`kubectl patch pv ${volume[0]} `)
    const label = /-l (\S+)$/.exec(stopped?.cleanUpCommand ?? '')?.[1] ?? ''
    expect((await client.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, { labelSelector: label })).items).toHaveLength(1)
    expect((await client.list({ apiVersion: 'v1', kind: 'Pod' }, { labelSelector: label })).items).toHaveLength(1)
  }))

test('volumes that users kept by Retain are not touched', () =>
  inLab(async (lab) => {
    const { client, effects, clock } = lab
    const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'photos' }
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'photos', namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'proxmox-csi', resources: { requests: { storage: '1Gi' } } } }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'user', namespace: 'default' }, spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox', command: ['sh', '-c', 'echo mine > /data/a'], volumeMounts: [{ name: 'data', mountPath: '/data' }] }], volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'photos' } }] } }
    await client.create(claim)
    await client.create(pod)
    await clock.sleep(30_000)
    await client.remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'user' })
    await client.remove(ref)
    await clock.sleep(30_000)
    const before = statusOf(await observe(client)).rows
    expect(before).toMatchObject([{ claim: 'default/photos', status: 'Released' }])
    expect(await verify({ client, random: effects.random, classes: ['proxmox-csi'] })).toMatchObject({ ok: true })
    expect(statusOf(await observe(client)).rows).toEqual(before)
  }))

test('a class that is not there is named beside those that are', () =>
  inLab(async ({ client, effects }) => {
    await expect(verify({ client, random: effects.random, classes: ['proxmox-cis'] })).rejects.toMatchObject({ kind: 'not-found', message: expect.stringContaining('proxmox-csi') })
  }))
