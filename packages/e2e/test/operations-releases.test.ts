/** Plans with Helm releases, on the lab's API with a helm that keeps its releases there. */
import type { HelmRelease, Ready } from '@stowage/module'
import { KubernetesClient } from '@stowage/kubernetes'
import { applyPlan } from '@stowage/operations'
import type { AppliableObject, AppliablePlan, ApplyPlanOptions, StepEvent } from '@stowage/operations'
import { rookCrds } from '@stowage/wire/crds/rook'
import { expect, test } from 'vitest'
import { fakeHelm } from './fake-helm.ts'
import type { FakeHelm } from './fake-helm.ts'
import { onStage, server, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'storage-system'
const definition = rookCrds.find(({ metadata }) => metadata.name === 'cephclusters.ceph.rook.io')
if (definition === undefined) throw new Error('no definition of CephCluster')

const release = (rest: Partial<HelmRelease> = {}): HelmRelease => ({
  id: `helm/${namespace}/rook-ceph`,
  phase: 'operators',
  name: 'rook-ceph',
  namespace,
  chart: { name: 'rook-ceph', repository: 'https://charts.rook.io/release', version: 'v1.20.6' },
  values: { crds: { enabled: true }, logLevel: 'INFO' },
  reason: 'runs Ceph',
  dependsOn: [`Namespace/${namespace}`],
  holdsData: false,
  losing: 'nobody looks after Ceph',
  crds: ['cephclusters.ceph.rook.io'],
  ...rest,
})
const ready: Ready = { fields: { 'status.phase': 'Ready' } }
const planned = (id: string, phase: AppliableObject['phase'], object: AppliableObject['object'], rest: Partial<AppliableObject> = {}): AppliableObject => ({ id, object, reason: `because ${id}`, ...(phase !== undefined && { phase }), ...rest })
const clusterId = `ceph.rook.io/CephCluster/${namespace}/ceph`
const objects: readonly AppliableObject[] = [
  // In the wrong order on purpose: phases put it right.
  planned('storage.k8s.io/StorageClass/shared', 'classes', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'shared' }, provisioner: `${namespace}.cephfs.csi.ceph.com` }),
  planned(clusterId, 'cluster', { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: 'ceph', namespace }, spec: { dataDirHostPath: '/var/lib/rook', mon: { count: 3 } } }, { holdsData: true, ready }),
  planned(`Namespace/${namespace}`, 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
]
const plan = (rest: Partial<AppliablePlan> = {}): AppliablePlan => ({ name: 'homelab', namespace, objects, helmReleases: [release()], ...rest })

interface Stage extends OperationsStage {
  readonly helm: FakeHelm
  readonly options: ApplyPlanOptions
}

/** Plays Rook: what it sees, it reports as Ready after a while, and what is in the way before. */
function rook({ store, world }: OperationsStage): void {
  const { clock } = world.process('rook').effects
  const api = store.client('rook')
  const status = (fields: object): void => void api.patch('cephclusters.ceph.rook.io', 'ceph', namespace, 'application/merge-patch+json', { status: fields }, { subresource: 'status' })
  const look = (): void => {
    const found = api.list('customresourcedefinitions.apiextensions.k8s.io').length > 0 && api.list('cephclusters.ceph.rook.io').length > 0
    if (!found) return void clock.after(1_000, look)
    status({ phase: 'Progressing', message: 'Configuring Ceph Mons' })
    clock.after(20_000, () => status({ phase: 'Ready', message: 'Cluster created successfully' }))
  }
  clock.after(1_000, look)
}

function withHelm(body: (stage: Stage) => Promise<void>, seed: string | number = 'releases'): Promise<void> {
  return onStage(async (stage) => {
    const { world, store, client } = stage
    const machine = world.process('helm')
    const helm = fakeHelm(store.client('helm'), machine.effects.files, machine.effects.clock, {
      'rook-ceph': { versions: ['v1.20.6', 'v1.20.7'], objects: [{ resource: 'customresourcedefinitions.apiextensions.k8s.io', object: JSON.parse(JSON.stringify(definition)) }] },
    })
    const { effects } = world.process('cli', {}, { programs: { helm: helm.program } })
    await effects.files.makeDirectory('/private', 0o700)
    await body({ ...stage, helm, options: { client, helm: { programs: effects.programs, files: effects.files, random: effects.random, directory: '/private' } } })
  }, seed)
}

const upgrades = ({ helm }: Stage): number => helm.calls.filter(([command]) => command === 'upgrade').length

test('a release comes before the objects whose kinds it brings, and each phase waits for what the one before it said', () =>
  withHelm(async (stage) => {
    rook(stage)
    const events: StepEvent[] = []
    const result = await applyPlan(plan(), { ...stage.options, listener: (event) => events.push(event) })
    expect(result).toMatchObject({ ok: true })
    const changed = events.filter(({ state }) => state === 'changed').map(({ title }) => title)
    expect(changed).toEqual([`Namespace ${namespace}`, 'the inventory lists what will be made', `Helm release ${namespace}/rook-ceph`, `CephCluster ${namespace}/ceph`, 'StorageClass shared'])
    const waited = events.filter(({ step, state, message }) => step === `ready:${clusterId}` && state === 'waiting' && message !== '').map(({ message }) => message)
    expect(waited).toEqual(['status.phase is not there yet, not Ready', 'status.phase is Progressing, not Ready; Configuring Ceph Mons'])
    const again = versions(stage)
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true, changed: [] })
    expect(versions(stage)).toEqual(again)
    expect(upgrades(stage)).toBe(1)
  }))

test('what does not become ready says why in the words of its operator', () =>
  withHelm(async (stage) => {
    const { store, world } = stage
    const { clock } = world.process('rook').effects
    clock.after(30_000, () => store.client('rook').patch('cephclusters.ceph.rook.io', 'ceph', namespace, 'application/merge-patch+json', { status: { phase: 'Progressing', message: 'failed to start mons', ceph: { health: 'HEALTH_ERR', details: { MON_DOWN: { severity: 'HEALTH_ERR', message: '1/3 mons down' } } } } }, { subresource: 'status' }))
    const result = await applyPlan(plan(), { ...stage.options, waitMs: 60_000 })
    expect(result.outcomes.at(-1)).toMatchObject({ step: `ready:${clusterId}`, state: 'failed', message: expect.stringMatching(/not ready after 60 s.*failed to start mons.*HEALTH_ERR, MON_DOWN: 1\/3 mons down/) })
    expect(store.client('looker').list('storageclasses.storage.k8s.io')).toEqual([])
  }))

test('values are in a private file, never in arguments, and nothing of it stays', () =>
  withHelm(async (stage) => {
    rook(stage)
    const canary = 'canary-5f1d'
    await applyPlan(plan({ helmReleases: [release({ values: { note: canary } })] }), stage.options)
    expect(stage.helm.values).toEqual([JSON.stringify({ note: canary })])
    expect(JSON.stringify(stage.helm.calls)).not.toContain(canary)
    expect(await stage.options.helm?.files.list('/private')).toEqual([])
  }))

test('other values and another version are an upgrade, and the way back is written down', () =>
  withHelm(async (stage) => {
    rook(stage)
    await applyPlan(plan(), stage.options)
    const newer = plan({ helmReleases: [release({ chart: { ...release().chart, version: 'v1.20.7' }, values: { logLevel: 'DEBUG' } })] })
    const result = await applyPlan(newer, stage.options)
    const outcome = result.outcomes.find(({ step }) => step === `apply:${release().id}`)
    expect(outcome).toMatchObject({ state: 'changed', undo: `helm rollback rook-ceph 1 -n ${namespace}` })
    expect(await applyPlan(newer, stage.options)).toMatchObject({ ok: true, changed: [] })
    const journal = await stage.client.get<{ data: Record<string, string> }>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stowage-journal' })
    expect(journal.data['apply-homelab']).toContain('helm rollback rook-ceph 1')
  }))

test('without helm one sentence says so, and nothing is changed', () =>
  withHelm(async (stage) => {
    const before = versions(stage)
    const { effects } = stage.world.process('bare')
    const result = await applyPlan(plan(), { ...stage.options, helm: { programs: effects.programs, files: effects.files, random: effects.random, directory: '/' } })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/a Helm release \(rook-ceph v1\.20\.6\), and there is no program helm here: install Helm 3\.8 or later/) })
    expect(versions(stage)).toEqual(before)
  }))

/** Somebody's own hand on helm. */
async function byHand({ options, world }: Stage, values: object, version = 'v1.20.6'): Promise<void> {
  const files = options.helm?.files
  await files?.writeAtomic('/private/mine.json', JSON.stringify(values))
  const run = await options.helm?.programs.run({ program: 'helm', args: ['upgrade', '--install', 'rook-ceph', 'rook-ceph', '--repo', 'https://charts.rook.io/release', '--namespace', namespace, '--version', version, '--values', '/private/mine.json'], timeoutMs: 60_000 })
  expect(run?.exitCode, world.seed).toBe(0)
}

const makeNamespace = ({ store }: Stage): void => void store.client('someone').create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })

test('a release that somebody else installed is adopted when it is as planned', () =>
  withHelm(async (stage) => {
    rook(stage)
    makeNamespace(stage)
    await byHand(stage, release().values)
    const result = await applyPlan(plan(), stage.options)
    expect(result).toMatchObject({ ok: true })
    expect(result.outcomes.find(({ step }) => step === 'helm')?.message).toContain(`installed by others and taken over: ${namespace}/rook-ceph`)
    expect(upgrades(stage)).toBe(1)
  }))

test('a release that somebody else installed otherwise stops the apply before anything is changed, and every time, until it is adopted', () =>
  withHelm(async (stage) => {
    rook(stage)
    makeNamespace(stage)
    await byHand(stage, { logLevel: 'WARNING', secretThing: 'canary' })
    const before = versions(stage)
    for (let time = 0; time < 2; time++) {
      const result = await applyPlan(plan(), stage.options)
      const last = result.outcomes.at(-1)
      expect(last).toMatchObject({ step: 'helm', state: 'blocked', message: expect.stringMatching(/installed by somebody else \(revision 1\): values differ in .*logLevel.*--adopt helm\/storage-system\/rook-ceph/) })
      expect(last?.message).not.toContain('canary')
      expect(versions(stage)).toEqual(before)
    }
    expect(await applyPlan(plan(), { ...stage.options, adopt: ['rook-ceph'] })).toMatchObject({ ok: true })
    expect(stage.helm.values.at(-1)).toBe(JSON.stringify(release().values))
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true, changed: [] })
  }))

test('a release whose last change failed is made again', () =>
  withHelm(async (stage) => {
    rook(stage)
    stage.helm.failNext()
    const first = await applyPlan(plan(), stage.options)
    expect(first.outcomes.at(-1)).toMatchObject({ state: 'failed', message: expect.stringContaining('UPGRADE FAILED: context deadline exceeded') })
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true })
  }))

test('a helm that was killed in the middle leaves a release that is pending: the next apply waits until nobody can be at work on it, and goes on', () =>
  withHelm(async (stage) => {
    rook(stage)
    stage.helm.killNext()
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: false })
    const result = await applyPlan(plan(), stage.options)
    expect(result).toMatchObject({ ok: true })
    expect(stage.world.elapsed()).toBeGreaterThan(360_000)
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true, changed: [] })
  }))

test('what somebody else has pending is theirs', () =>
  withHelm(async (stage) => {
    makeNamespace(stage)
    stage.helm.killNext()
    await byHand(stage, {}).catch(() => {})
    const result = await applyPlan(plan(), { ...stage.options, adopt: ['rook-ceph'] })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringMatching(/is in pending-install since .*and not by Stowage/) })
  }))

test('interrupted at any request, a run with releases resumes and ends the same', async () => {
  let requests = 0
  let whole: readonly string[] = []
  await withHelm(async (stage) => {
    rook(stage)
    stage.world.faults.http = (_, process) => (process === 'stowage' && requests++, 'deliver')
    await applyPlan(plan(), stage.options)
    whole = Object.keys(versions(stage)).toSorted()
  })
  expect(requests).toBeGreaterThan(20)
  for (let stopAt = 1; stopAt <= requests; stopAt++) {
    await withHelm(async (stage) => {
      rook(stage)
      const stop = new AbortController()
      let seen = 0
      stage.world.faults.http = (_, process) => {
        if (process === 'stowage' && ++seen === stopAt) stop.abort(new Error('interrupted'))
        return 'deliver'
      }
      await applyPlan(plan(), { ...stage.options, signal: stop.signal }).catch(() => undefined)
      stage.world.faults.http = undefined
      expect(await applyPlan(plan(), stage.options), `stopped at request ${stopAt}`).toMatchObject({ ok: true })
      const before = versions(stage)
      expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true, changed: [] })
      expect(versions(stage)).toEqual(before)
      expect(Object.keys(before).toSorted(), `stopped at request ${stopAt}`).toEqual(whole)
    })
  }
})

test('interrupted while helm works, the next run finds what helm left and ends the same', async () => {
  for (const afterMs of [1, 500, 1_500, 2_500]) {
    await withHelm(async (stage) => {
      rook(stage)
      const stop = new AbortController()
      const running = applyPlan(plan(), { ...stage.options, signal: stop.signal })
      while (upgrades(stage) === 0) await stage.client.clock.sleep(10)
      await stage.client.clock.sleep(afterMs)
      stop.abort(new Error('interrupted'))
      await running.catch(() => undefined)
      expect(await applyPlan(plan(), stage.options), `after ${afterMs} ms`).toMatchObject({ ok: true })
      expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true, changed: [] })
    })
  }
})

test('a release that left the plan is uninstalled only when that is asked for', () =>
  withHelm(async (stage) => {
    rook(stage)
    await applyPlan(plan(), stage.options)
    const without = plan({ helmReleases: [] })
    expect((await applyPlan(without, stage.options)).left).toMatchObject([{ entry: { id: release().id, chart: 'rook-ceph v1.20.6' } }])
    expect(stage.helm.calls.some(([command]) => command === 'uninstall')).toBe(false)
    expect(await applyPlan(without, { ...stage.options, prune: true })).toMatchObject({ ok: true, left: [] })
    expect(stage.helm.calls.some(([command]) => command === 'uninstall')).toBe(true)
    expect(await applyPlan(without, stage.options)).toMatchObject({ changed: [], left: [] })
  }))

test('a dry run looks at releases, and changes nothing', () =>
  withHelm(async (stage) => {
    const before = versions(stage)
    const result = await applyPlan(plan(), { ...stage.options, dryRun: true })
    expect(result.outcomes.find(({ step }) => step === `apply:${release().id}`)).toMatchObject({ state: 'skipped', message: expect.stringContaining('is not installed yet') })
    expect(versions(stage)).toEqual(before)
    expect(upgrades(stage)).toBe(0)
  }))

test('a process that dies while helm works is taken up by the next', () =>
  withHelm(async (stage) => {
    rook(stage)
    const victim = stage.world.process('victim')
    void applyPlan(plan(), { ...stage.options, client: new KubernetesClient({ server, http: victim.effects.http, clock: victim.effects.clock }) })
    while (upgrades(stage) === 0) await stage.client.clock.sleep(10)
    victim.kill()
    await stage.client.clock.sleep(60_000)
    expect(await applyPlan(plan(), stage.options)).toMatchObject({ ok: true })
  }))
