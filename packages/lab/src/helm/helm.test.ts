import { VirtualWorld } from '@stowage/effects/virtual'
import type { ProgramResult } from '@stowage/effects'
import { expect, test } from 'vitest'
import type { Api, KubeObject } from '../kubernetes/api/api.ts'
import { frozenObject, textAt } from '../kubernetes/api/json.ts'
import type { JsonObject } from '../kubernetes/api/json.ts'
import { createStore } from '../kubernetes/api/store.ts'
import { labCluster } from '../kubernetes/operators/lab-cluster.ts'
import { startStatusControllers } from '../kubernetes/operators/status-controllers.ts'
import { createHelm } from './helm.ts'

interface Bench {
  readonly api: Api
  readonly helm: (command: string, values?: JsonObject) => Promise<ProgramResult>
  readonly sleep: (ms: number) => Promise<void>
}

async function withHelm(body: (bench: Bench) => Promise<void>, runsWorkloads = false): Promise<void> {
  const world = new VirtualWorld({ seed: 11 })
  const { effects } = world.process('lab')
  await world.run(async () => {
    const { clock, files, random } = effects
    const store = createStore({ clock, random })
    const api = store.client('test')
    const cluster = labCluster(store.client('helm'))
    const run = createHelm({ api: cluster, clock, files, runsWorkloads })
    for (const name of ['rook-ceph', 'velero', 'csi']) api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    for (const name of ['k1', 'k2', 'k3']) api.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
    const operators = startStatusControllers({ api: labCluster(store.client('operators')), clock, random })
    await body({
      api,
      sleep: (ms) => clock.sleep(ms),
      helm: async (command, values) => {
        await files.makeDirectory('/tmp', 0o755)
        if (values !== undefined) await files.writeAtomic('/tmp/values.json', JSON.stringify(values), 0o600)
        return run({ args: command.split(' ') })
      },
    })
    operators.stop()
  })
}

const rook = 'https://charts.rook.io/release'
const install = (name: string, chart: string, repo: string, version: string, namespace: string): string =>
  `upgrade --install ${name} ${chart} --repo ${repo} --namespace ${namespace} --version ${version} --values /tmp/values.json --reset-values --wait --timeout 60s`
const phaseOf = (api: Api, resource: string, name: string, namespace: string): string => textAt(frozenObject(api.get(resource, name, namespace) ?? {}), 'status', 'phase')

test('Rook in its three charts: the cluster, its filesystem and its classes come to be', () =>
  withHelm(async ({ api, helm, sleep }) => {
    expect(await helm(install('rook-ceph', 'rook-ceph', rook, 'v1.20.6', 'rook-ceph'), {})).toMatchObject({ exitCode: 0, stderr: '' })
    const drivers = { operatorConfig: { driverSpecDefaults: {} }, drivers: { rbd: { enabled: true, name: 'rook-ceph.rbd.csi.ceph.com', snapshotPolicy: 'volumeSnapshot' }, nfs: { enabled: false, name: 'rook-ceph.nfs.csi.ceph.com' } } }
    expect(await helm(install('ceph-csi-drivers', 'ceph-csi-drivers', 'https://ceph.github.io/ceph-csi-operator', '1.0.4', 'rook-ceph'), drivers)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(api.list('drivers.csi.ceph.io').map(({ metadata }) => metadata.name)).toEqual(['rook-ceph.rbd.csi.ceph.com'])
    const cluster = { cephClusterSpec: { storage: { nodes: ['k1', 'k2', 'k3'].map((name) => ({ name, devices: [{ name: 'sdb' }] })) } }, cephBlockPools: [], cephObjectStores: [] }
    expect(await helm(install('rook-ceph-cluster', 'rook-ceph-cluster', rook, 'v1.20.6', 'rook-ceph'), cluster)).toMatchObject({ exitCode: 0, stderr: '' })
    await sleep(30_000)
    expect(phaseOf(api, 'cephclusters.ceph.rook.io', 'rook-ceph', 'rook-ceph')).toBe('Ready')
    expect(phaseOf(api, 'cephfilesystems.ceph.rook.io', 'ceph-filesystem', 'rook-ceph')).toBe('Ready')
    expect(api.list('storageclasses.storage.k8s.io').map(({ metadata }) => metadata.name)).toEqual(['ceph-filesystem'])
  }))

test('Velero brings its definitions, its server, and the locations and schedules of its values', () =>
  withHelm(async ({ api, helm, sleep }) => {
    const values = {
      initContainers: [{ name: 'aws', image: 'velero/velero-plugin-for-aws:v1.14.1', volumeMounts: [{ name: 'plugins', mountPath: '/target' }] }],
      credentials: { secretContents: { cloud: '[default]' } },
      configuration: { features: 'EnableCSI', backupStorageLocation: [{ name: 'offsite', provider: 'aws', bucket: 'b', default: true }] },
      schedules: { daily: { schedule: '17 0 * * *', template: { ttl: '192h' } } },
    }
    expect(await helm(install('velero', 'velero', 'https://vmware-tanzu.github.io/helm-charts', '12.1.0', 'velero'), values)).toMatchObject({ exitCode: 0, stderr: '' })
    await sleep(10_000)
    expect(phaseOf(api, 'backupstoragelocations.velero.io', 'offsite', 'velero')).toBe('Available')
    expect(phaseOf(api, 'schedules.velero.io', 'velero-daily', 'velero')).toBe('Enabled')
  }))

test('a release is listed with its values, upgraded by revision, and what the chart no longer makes goes', () =>
  withHelm(async ({ api, helm }) => {
    const nfs = install('csi-driver-nfs', 'csi-driver-nfs', 'https://kubernetes-csi.github.io/csi-driver-nfs', '4.13.4', 'csi')
    await helm(nfs, { storageClass: { create: true, name: 'nfs', parameters: { server: 'nas', share: '/srv' } } })
    const listed = async (): Promise<unknown> => JSON.parse((await helm('list --namespace csi --filter ^csi-driver-nfs$ --deployed --failed --pending --superseded --uninstalled --uninstalling --output json')).stdout)
    expect(await listed()).toMatchObject([{ name: 'csi-driver-nfs', namespace: 'csi', revision: '1', status: 'deployed', chart: 'csi-driver-nfs-4.13.4' }])
    expect(api.list('storageclasses.storage.k8s.io')).toHaveLength(1)
    await helm(nfs, { image: { nfs: { tag: 'v4.13.3' } } })
    expect(api.list('storageclasses.storage.k8s.io')).toEqual([])
    expect(await listed()).toMatchObject([{ revision: '2', status: 'deployed' }])
    expect(JSON.parse((await helm('get values csi-driver-nfs --namespace csi --output json')).stdout)).toEqual({ image: { nfs: { tag: 'v4.13.3' } } })
    const secrets = api.list<KubeObject & { readonly type: string }>('secrets', { namespace: 'csi' })
    expect(secrets.map(({ metadata, type }) => [metadata.name, type, metadata.labels?.['status']])).toEqual([
      ['sh.helm.release.v1.csi-driver-nfs.v1', 'helm.sh/release.v1', 'superseded'],
      ['sh.helm.release.v1.csi-driver-nfs.v2', 'helm.sh/release.v1', 'deployed'],
    ])
    expect(await helm('uninstall csi-driver-nfs --namespace csi --wait --timeout 30s')).toMatchObject({ exitCode: 0, stdout: 'release "csi-driver-nfs" uninstalled\n' })
    expect(await listed()).toEqual([])
    expect(api.list('deployments.apps', { namespace: 'csi' })).toEqual([])
  }))

test('the Proxmox plugin from its registry of images, with a class', () =>
  withHelm(async ({ api, helm }) => {
    const oci = 'upgrade --install pve oci://ghcr.io/sergelogvinov/charts/proxmox-csi-plugin --namespace csi --version 0.5.9 --values /tmp/values.json --wait --timeout 60s'
    expect(await helm(oci, { storageClass: [{ name: 'fast', storage: 'local-zfs', fstype: 'xfs' }] })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(api.get('storageclasses.storage.k8s.io', 'fast')).toMatchObject({ provisioner: 'csi.proxmox.sinextra.dev', parameters: { storage: 'local-zfs', 'csi.storage.k8s.io/fstype': 'xfs' }, volumeBindingMode: 'WaitForFirstConsumer' })
  }))

test.each([
  ['upgrade --install x foo --repo https://charts.example --version 1.0 --namespace csi', 'Error: chart "foo" version "1.0" not found in https://charts.example repository\n'],
  ['upgrade --install x oci://ghcr.io/x/foo --version 1.0 --namespace csi', 'Error: failed to perform "FetchReference" on source: ghcr.io/x/foo:1.0: not found\n'],
  ['upgrade --install x ./foo --namespace csi', 'Error: path "./foo" not found\n'],
  [`upgrade --install x rook-ceph --repo ${rook} --version v1.20.6 --namespace nowhere`, 'Error: create: failed to create: namespaces "nowhere" not found\n'],
  [`upgrade x rook-ceph --repo ${rook} --version v1.20.6 --namespace csi`, 'Error: UPGRADE FAILED: "x" has no deployed releases\n'],
  ['get values none --namespace csi', 'Error: release: not found\n'],
  ['uninstall none --namespace csi', 'Error: uninstall: Release not loaded: none: release: not found\n'],
  ['list --colour', 'Error: unknown flag: --colour\n'],
  ['mend x', 'Error: unknown command "mend" for "helm"\n'],
])('helm %s is refused', (command, stderr) => withHelm(async ({ helm }) => expect(await helm(command)).toMatchObject({ exitCode: 1, stderr })))

test('an object that somebody else made is not taken over, and the release is failed', () =>
  withHelm(async ({ api, helm }) => {
    api.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'rook-ceph-system', namespace: 'rook-ceph' } })
    const { exitCode, stderr } = await helm(install('rook-ceph', 'rook-ceph', rook, 'v1.20.6', 'rook-ceph'), {})
    expect(exitCode).toBe(1)
    expect(stderr).toContain('ServiceAccount "rook-ceph-system" in namespace "rook-ceph" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"')
    expect(JSON.parse((await helm('list --namespace rook-ceph --output json')).stdout)).toMatchObject([{ status: 'failed' }])
  }))

test('with --wait a workload that nobody starts is told by name, and the release is failed', () =>
  withHelm(async ({ helm }) => {
    const { exitCode, stderr } = await helm(install('rook-ceph', 'rook-ceph', rook, 'v1.20.6', 'rook-ceph'), {})
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'Error: resource Deployment/rook-ceph/rook-ceph-operator not ready. status: InProgress\ncontext deadline exceeded\n' })
  }, true))
