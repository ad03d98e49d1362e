/** Whole declarations, Ceph and Velero included, applied on the lab with its operators and a helm that brings what their charts bring. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startStatusControllers } from '@stowage/lab/kubernetes/operators/status-controllers'
import { labCluster } from '@stowage/lab/kubernetes/operators/lab-cluster'
import { comparePlans, planStorage, readDeclaration } from '@stowage/module'
import type { Plan } from '@stowage/module'
import { applyPlan, findDrift, planLive } from '@stowage/operations'
import type { ApplyPlanOptions, StepEvent } from '@stowage/operations'
import { cephCsiOperatorCrds } from '@stowage/wire/crds/ceph-csi-operator'
import { rookCrds } from '@stowage/wire/crds/rook'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { expect, test } from 'vitest'
import { fakeHelm } from './fake-helm.ts'
import type { FakeChart } from './fake-helm.ts'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const ceph = readFileSync(fileURLToPath(new URL('../../../examples/ceph/storage.yaml', import.meta.url)), 'utf8')
const backup = `
apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: ceph }
spec:
  backup:
    velero:
      enableSnapshotBackups: true
      locations:
        garage: { provider: aws, bucket: velero, default: true, region: garage, config: { s3Url: "https://s3.example:3900", s3ForcePathStyle: "true" }, credential: { name: velero-garage, key: cloud } }
      schedules: { daily: { schedule: "17 3 * * *", ttl: 240h } }
      repositoryPassword: { generate: true }
`

function planOf(change: (text: string) => string = (text) => text): Plan {
  const read = readDeclaration([{ file: 'ceph.yaml', text: change(ceph) }, { file: 'backup.yaml', text: backup }], { facts: [], strictFacts: false, today: '2026-01-01' })
  expect(read.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  if (read.spec === undefined) throw new Error('the declaration has faults')
  return planStorage(read.spec)
}

const definitionsOf = (definitions: readonly object[], names: readonly string[]): FakeChart['objects'] =>
  definitions.filter((definition) => names.includes(String(Reflect.get(Reflect.get(definition, 'metadata'), 'name')))).map((object) => ({ resource: 'customresourcedefinitions.apiextensions.k8s.io', object: JSON.parse(JSON.stringify(object)) }))

const deployment = (name: string, namespace: string, image: string, args: readonly string[], plugins: readonly string[] = []): FakeChart['objects'][number] => ({
  resource: 'deployments.apps',
  object: JSON.parse(JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image, args }], initContainers: plugins.map((plugin) => ({ name: 'plugin', image: plugin })) } } } })),
})

/** Each chart of the plan, with the definitions that the plan says it brings. */
function chartsOf(plan: Plan): Readonly<Record<string, FakeChart>> {
  const all = [...rookCrds, ...veleroCrds, ...cephCsiOperatorCrds]
  const workloads: Readonly<Record<string, FakeChart['objects']>> = {
    'rook-ceph': [deployment('rook-ceph-operator', plan.namespace, 'docker.io/rook/ceph:v1.20.6', ['ceph', 'operator'])],
    velero: [deployment('velero', 'velero', 'docker.io/velero/velero:v1.18.1', ['server', '--features=EnableCSI'], ['docker.io/velero/velero-plugin-for-aws:v1.14.1'])],
  }
  return Object.fromEntries(plan.helmReleases.map(({ chart, crds }) => [chart.name, { versions: [chart.version], objects: [...definitionsOf(all, crds), ...(workloads[chart.name] ?? [])] }]))
}

interface Stage extends OperationsStage {
  readonly plan: Plan
  readonly options: ApplyPlanOptions
}

function withOperators(body: (stage: Stage) => Promise<void>): Promise<void> {
  return onStage(async (stage) => {
    const { world, store, client } = stage
    const plan = planOf()
    const machine = world.process('helm')
    const { program } = fakeHelm(store.client('helm'), machine.effects.files, machine.effects.clock, chartsOf(plan))
    const { effects } = world.process('cli', {}, { programs: { helm: program } })
    await effects.files.makeDirectory('/private')
    await effects.files.makeDirectory('/usb')
    const operators = world.process('operators')
    const loop = startStatusControllers({ api: labCluster(store.client('operators')), clock: operators.effects.clock, random: operators.effects.random })
    const api = store.client('kubelets')
    for (const name of ['worker-1', 'worker-2', 'worker-3']) api.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
    // What a Deployment's controller and kubelets would do: everything that is asked for runs.
    const running = (): void => {
      for (const { metadata } of api.list('deployments.apps')) {
        api.patch('deployments.apps', metadata.name ?? '', metadata.namespace, 'application/merge-patch+json', { status: { observedGeneration: metadata.generation, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 } }, { subresource: 'status' })
      }
      operators.effects.clock.after(5_000, running)
    }
    running()
    const secrets = { environment: {}, files: effects.files, random: effects.random, directory: '/', escrow: '/usb/escrow.json' }
    await body({ ...stage, plan, options: { client, helm: { programs: effects.programs, files: effects.files, random: effects.random, directory: '/private' }, secrets } })
    loop.stop()
    operators.kill()
  }, 'whole')
}

/** What the plan needs and does not make: the credentials of the bucket. */
async function makeNeeded({ client, plan }: Stage): Promise<void> {
  for (const { kind, namespace = '', name } of plan.needs) {
    if (kind !== 'Secret') continue
    if ((await client.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) === undefined) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data: { cloud: 'eA==', 'repository-password': 'eA==' } }
    await client.create(secret)
  }
}

test('Ceph with backups is applied to its end: in the order of what waits for what, every object as planned, a second time nothing', () =>
  withOperators(async (stage) => {
    await makeNeeded(stage)
    const { plan, options, client } = stage
    const events: StepEvent[] = []
    const first = await applyPlan(plan, { ...options, listener: (event) => events.push(event) })
    expect(first.failure).toBeUndefined()
    const changed = events.filter(({ state }) => state === 'changed').map(({ step }) => step)
    const at = (part: string): number => changed.findIndex((step) => step.includes(part))
    const order = ['helm/storage-system/rook-ceph', 'CephCluster/storage-system/homelab', 'CephFilesystem/storage-system/shared', 'StorageClass/shared', 'helm/velero/velero', 'BackupStorageLocation/velero/garage', 'Schedule/velero/daily']
    expect(order.map(at).every((place) => place >= 0), changed.join('\n')).toBe(true)
    expect(order.map(at)).toEqual(order.map(at).toSorted((one, other) => one - other))
    for (const { object } of plan.objects) expect(await client.find({ ...object, ...object.metadata }), object.metadata.name).toBeDefined()
    const escrow: { secrets: { name: string }[] } = JSON.parse((await options.secrets?.files.readText('/usb/escrow.json')) ?? '')
    expect(escrow.secrets.map(({ name }) => name)).toEqual(['velero-repo-credentials'])
    expect(await applyPlan(plan, options)).toMatchObject({ ok: true, changed: [] })
    expect((await planLive(plan, options)).changes).toEqual([])
    expect((await findDrift(plan, options)).drifts).toEqual([])
  }))

test('one thing edited by hand is the one drift, with all of Ceph and Velero around it', () =>
  withOperators(async (stage) => {
    await makeNeeded(stage)
    const { plan, options, store } = stage
    await applyPlan(plan, options)
    store.client('kubectl-edit').patch('cephfilesystems.ceph.rook.io', 'shared', plan.namespace, 'application/merge-patch+json', { spec: { metadataServer: { activeCount: 2 } } })
    const { drifts, unknown } = await findDrift(plan, options)
    expect(drifts).toMatchObject([{ id: `ceph.rook.io/CephFilesystem/${plan.namespace}/shared`, fields: [{ field: 'spec.metadataServer.activeCount', declared: 1, living: 2, by: { manager: 'kubectl-edit' } }] }])
    expect(unknown).toEqual([])
  }))

test('a change of the declaration is judged alike against its earlier self and against the cluster', () =>
  withOperators(async (stage) => {
    await makeNeeded(stage)
    const { plan, options } = stage
    await applyPlan(plan, options)
    const later = planOf((text) => text.replace('{ name: data, deviceClass: hdd }', '{ name: data, deviceClass: nvme }').replace('fast: { deviceClass: nvme }', 'fast: { deviceClass: nvme, replicated: { size: 2 } }'))
    const told = (changes: readonly { readonly id: string; readonly action: string; readonly effect: string; readonly sentence: string }[]): readonly string[] => changes.map(({ id, action, effect, sentence }) => `${action} ${id} ${effect}: ${sentence}`)
    const offline = told(comparePlans(plan, later))
    expect(offline.join('\n')).toMatch(/update ceph\.rook\.io\/CephFilesystem\/storage-system\/shared (?:migrate|safe): .*deviceClass of pool data/)
    expect(told((await planLive(later, options)).changes)).toEqual(offline)
  }))

test('another dataDirHostPath is refused by the API server itself, and told as what it is', () =>
  withOperators(async (stage) => {
    await makeNeeded(stage)
    const { plan, options } = stage
    await applyPlan(plan, options)
    const later = planOf((text) => text.replace('clusterName: homelab', 'clusterName: homelab\n        dataDirHostPath: /data/rook'))
    expect((await planLive(later, options)).changes).toMatchObject([{ effect: 'migrate', sentence: expect.stringContaining('Rook refuses another dataDirHostPath'), refused: expect.stringContaining('DataDirHostPath is immutable') }])
    const result = await applyPlan(later, options)
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('declare it as it is, or make another and move the data') })
  }))
