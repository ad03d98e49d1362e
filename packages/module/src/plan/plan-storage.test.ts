import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { defineStorage, readDeclaration } from '../spec/read.ts'
import type { Declaration } from '../spec/schema/declaration.ts'
import { valueAt } from '../spec/value-at.ts'
import { phases, type KubernetesObject, type Plan } from './plan.ts'
import { planStorage } from './plan-storage.ts'

const homelab = readDeclaration([{ file: 'storage.yaml', text: readFileSync(fileURLToPath(new URL('../../../../examples/homelab/storage.yaml', import.meta.url)), 'utf8') }]).spec
if (homelab === undefined) throw new Error('the home lab example is not valid')
const plan = planStorage(homelab)

function planOf(spec: Partial<Declaration['spec']>): Plan {
  return planStorage(defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { disk: { local: { path: '/data' } } }, classes: {}, ...spec } }))
}
const objectsOf = ({ objects }: Plan, kind: string): readonly KubernetesObject[] => objects.map(({ object }) => object).filter((object) => object.kind === kind)
const named = (from: Plan, kind: string, name: string): KubernetesObject => {
  const found = objectsOf(from, kind).find(({ metadata }) => metadata.name === name)
  if (found === undefined) throw new Error(`the plan has no ${kind} ${name}`)
  return found
}
const containersOf = (from: Plan, kind: string, name: string): readonly { readonly name: string; readonly args: readonly string[]; readonly [field: string]: unknown }[] => {
  const containers = valueAt(named(from, kind, name), ['spec', 'template', 'spec', 'containers'])
  if (!Array.isArray(containers)) throw new Error('no containers')
  return containers
}

test('ids are unique, in phase order, and each thing comes after what it depends on', () => {
  const ids = plan.objects.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const order = plan.objects.map(({ phase }) => phases.indexOf(phase))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  for (const [index, { id, dependsOn }] of plan.objects.entries()) for (const other of dependsOn) expect(ids.indexOf(other), `${id} after ${other}`).toBeLessThan(ids.includes(other) ? index : -1)
})

test('every object says why it exists and what losing it would mean', () => {
  for (const { reason, losing } of plan.objects) expect(reason.length > 5 && losing.length > 5).toBe(true)
})

test('a plan is frozen plain data that survives JSON', () => {
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  expect(Object.isFrozen(plan.objects[0]?.object.metadata.labels)).toBe(true)
})

test('the same declaration gives the same plan, and a reordered one differs in order only', () => {
  expect(planStorage(homelab)).toEqual(plan)
  const reordered = planStorage({ ...homelab, classes: homelab.classes.toReversed() })
  expect(reordered.objects.map(({ id }) => id).toSorted()).toEqual(plan.objects.map(({ id }) => id).toSorted())
})

test('no Secret is in the plan; the one that must exist is named', () => {
  expect(objectsOf(plan, 'Secret')).toEqual([])
  expect(plan.needs).toEqual([{ kind: 'Secret', namespace: 'storage-system', name: 'proxmox-csi', reason: expect.stringContaining('pve') }])
})

test('the home lab’s classes stand in the cluster as the documents have them', () => {
  expect(named(plan, 'StorageClass', 'proxmox-csi')).toMatchObject({
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'proxmox.csi.stowage.dev',
    parameters: { storage: 'local-zfs', cache: 'writethrough', ssd: 'true', 'csi.storage.k8s.io/fstype': 'ext4' },
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    mountOptions: ['noatime'],
  })
  const document001 = parse(readFileSync(fileURLToPath(new URL('../../../../examples/seeds/001/05.yaml', import.meta.url)), 'utf8'))
  expect(named(plan, 'StorageClass', 'proxmox-ssd')).toMatchObject(document001)
  expect(named(plan, 'StorageClass', 'hostpath')).toMatchObject({ provisioner: 'local.csi.stowage.dev', volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Delete', allowVolumeExpansion: true })
})

test('each driver name has a CSIDriver; only disks are attached', () => {
  expect(objectsOf(plan, 'CSIDriver').map((object) => [object.metadata.name, valueAt(object, ['spec', 'attachRequired'])])).toEqual([
    ['proxmox.csi.stowage.dev', true],
    ['local.csi.stowage.dev', false],
    ['csi.proxmox.sinextra.dev', true],
  ])
})

test('the controller has the sidecars of each driver name, on that name’s socket', () => {
  const sidecars = containersOf(plan, 'Deployment', 'stowage-controller').map(({ name, args }) => `${name} ${args.find((argument) => argument.startsWith('--csi-address')) ?? ''}`)
  expect(sidecars).toEqual([
    'driver ',
    'provisioner-proxmox-csi-stowage-dev --csi-address=/csi/proxmox.csi.stowage.dev.sock',
    'attacher-proxmox-csi-stowage-dev --csi-address=/csi/proxmox.csi.stowage.dev.sock',
    'resizer-proxmox-csi-stowage-dev --csi-address=/csi/proxmox.csi.stowage.dev.sock',
    'resizer-local-csi-stowage-dev --csi-address=/csi/local.csi.stowage.dev.sock',
    'provisioner-csi-proxmox-sinextra-dev --csi-address=/csi/csi.proxmox.sinextra.dev.sock',
    'attacher-csi-proxmox-sinextra-dev --csi-address=/csi/csi.proxmox.sinextra.dev.sock',
    'resizer-csi-proxmox-sinextra-dev --csi-address=/csi/csi.proxmox.sinextra.dev.sock',
  ])
})

test('volumes of a node are made by that node’s own provisioner, which sees only the driver’s socket', () => {
  const provisioner = containersOf(plan, 'DaemonSet', 'stowage-node').find(({ name }) => name === 'provisioner-local-csi-stowage-dev')
  expect(provisioner?.args).toEqual(expect.arrayContaining(['--csi-address=/csi/csi.sock', '--node-deployment=true']))
  expect(provisioner?.['volumeMounts']).toEqual([{ name: 'socket-local-csi-stowage-dev', mountPath: '/csi' }])
  expect(valueAt(named(plan, 'DaemonSet', 'stowage-node'), ['spec', 'template', 'spec', 'volumes'])).toContainEqual({
    name: 'socket-local-csi-stowage-dev',
    hostPath: { path: '/var/lib/kubelet/plugins/local.csi.stowage.dev', type: 'DirectoryOrCreate' },
  })
})

test('names of containers and volumes stay within Kubernetes’ limits for the longest driver name', () => {
  const driverName = `${'a'.repeat(31)}.${'b'.repeat(31)}`
  const long = planOf({ classes: { x: { backend: 'disk', driverName }, y: { backend: 'disk', driverName: `${driverName.slice(0, -1)}c` } } })
  const names = containersOf(long, 'DaemonSet', 'stowage-node').map(({ name }) => name)
  expect(names.every((name) => name.length <= 63)).toBe(true)
  expect(new Set(names).size).toBe(names.length)
})

test('only the node’s driver is privileged', () => {
  const all = [...containersOf(plan, 'Deployment', 'stowage-controller'), ...containersOf(plan, 'DaemonSet', 'stowage-node')]
  const privileged = all.filter((container) => valueAt(container, ['securityContext', 'privileged']) === true)
  expect(privileged.map(({ name }) => name)).toEqual(['driver'])
  for (const container of all.filter((one) => !privileged.includes(one))) expect(container['securityContext']).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
})

test('roles name what they allow: no wildcard, no Secret, no exec, no escalation', () => {
  for (const object of [...objectsOf(plan, 'ClusterRole'), ...objectsOf(plan, 'Role')]) {
    const rules = object['rules']
    expect(Array.isArray(rules) && rules.length > 0).toBe(true)
    expect(JSON.stringify(rules), object.metadata.name).not.toMatch(/"\*"|secrets|pods\/exec|escalate|impersonate|"bind"/)
  }
})

test('every binding binds a role of the plan to a service account of the plan', () => {
  for (const object of [...objectsOf(plan, 'ClusterRoleBinding'), ...objectsOf(plan, 'RoleBinding')]) {
    const role = valueAt(object, ['roleRef', 'kind'])
    expect(objectsOf(plan, String(role)).map(({ metadata }) => metadata.name)).toContain(valueAt(object, ['roleRef', 'name']))
    expect(objectsOf(plan, 'ServiceAccount').map(({ metadata }) => metadata.name)).toContain(valueAt(object, ['subjects', 0, 'name']))
  }
})

test('selectors choose the pods, and hold nothing that a declaration can change', () => {
  for (const [kind, name] of [['Deployment', 'stowage-controller'], ['DaemonSet', 'stowage-node']] as const) {
    const selector = valueAt(named(plan, kind, name), ['spec', 'selector', 'matchLabels'])
    expect(valueAt(named(plan, kind, name), ['spec', 'template', 'metadata', 'labels'])).toMatchObject({ ...(selector as object) })
    const other = planStorage({ ...homelab, name: 'other', labels: { 'app.kubernetes.io/name': 'mine' } })
    expect(valueAt(named(other, kind, name), ['spec', 'selector', 'matchLabels'])).toEqual(selector)
    expect(valueAt(named(other, kind, name), ['spec', 'template', 'metadata', 'labels'])).toMatchObject({ ...(selector as object) })
  }
})

test('another configuration rolls the pods; another class does not', () => {
  const hash = (from: Plan): unknown => valueAt(named(from, 'DaemonSet', 'stowage-node'), ['spec', 'template', 'metadata', 'annotations', 'stowage.dev/config-hash'])
  expect(hash(planOf({ backends: { disk: { local: { path: '/other' } } } }))).not.toBe(hash(planOf({})))
  expect(hash(planOf({ classes: { a: { backend: 'disk' } } }))).toBe(hash(planOf({})))
})

test('the configuration names clusters, their trust and where their credentials are mounted', () => {
  const ca = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n'
  const made = planOf({ backends: { pve: { proxmox: { region: 'r', endpoints: ['https://a:8006/'], credentials: { secretRef: 's' }, tls: { ca } } } }, classes: { x: { backend: 'pve', storage: 'local-zfs' } } })
  const data = named(made, 'ConfigMap', 'stowage-config')['data']
  expect(parse(String(valueAt(data, ['config.yaml'])))).toEqual({
    drivers: [{ name: 'proxmox.csi.stowage.dev', backend: 'proxmox' }],
    proxmox: { clusters: [{ name: 'pve', region: 'r', endpoints: ['https://a:8006'], tls: { caFile: '/etc/stowage/config/pve-ca.pem' }, credentialsDir: '/etc/stowage/credentials/pve' }] },
  })
  expect(valueAt(data, ['pve-ca.pem'])).toBe(ca)
  expect(containersOf(made, 'Deployment', 'stowage-controller')[0]?.['volumeMounts']).toContainEqual({ name: 'credentials-pve', mountPath: '/etc/stowage/credentials/pve', readOnly: true })
  expect(JSON.stringify(named(made, 'DaemonSet', 'stowage-node'))).not.toContain('credentials')
})

test('beside a second Proxmox cluster a class says which one it means, by name and by region', () => {
  const cluster = (region: string) => ({ proxmox: { region, endpoints: ['https://a:8006'], credentials: { secretRef: 's' } } })
  const made = planOf({ backends: { one: cluster('r1'), two: cluster('r2') }, classes: { x: { backend: 'two', storage: 'local-zfs' } } })
  expect(named(made, 'StorageClass', 'x')).toMatchObject({
    parameters: { storage: 'local-zfs', backend: 'two' },
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/region', values: ['r2'] }] }],
  })
})

test('an adopted disk is a volume and a claim that name each other, kept whatever happens, reachable from its node only', () => {
  const made = planOf({
    backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://a:8006'], credentials: { secretRef: 's' } } } },
    classes: { fast: { backend: 'pve', storage: 'local-zfs', reclaimPolicy: 'Delete', cache: 'none', mountOptions: ['noatime'] } },
    volumes: { media: { namespace: 'apps', claim: 'data', class: 'fast', size: '1024Gi', handle: 'pve/pve1/local-zfs/vm-9999-media' } },
  })
  expect(named(made, 'PersistentVolume', 'media')['spec']).toEqual({
    capacity: { storage: '1Ti' },
    accessModes: ['ReadWriteOnce'],
    volumeMode: 'Filesystem',
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'fast',
    mountOptions: ['noatime'],
    claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'apps', name: 'data' },
    csi: { driver: 'proxmox.csi.stowage.dev', volumeHandle: 'pve/pve1/local-zfs/vm-9999-media', fsType: 'ext4', volumeAttributes: { storage: 'local-zfs', cache: 'none' } },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/region', operator: 'In', values: ['pve'] }, { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['pve1'] }] }] } },
  })
  expect(named(made, 'PersistentVolumeClaim', 'data')).toMatchObject({ metadata: { namespace: 'apps' }, spec: { volumeName: 'media', storageClassName: 'fast', resources: { requests: { storage: '1Ti' } } } })
  expect(made.needs).toContainEqual({ kind: 'Namespace', name: 'apps', reason: expect.any(String) })
  expect(made.objects.filter(({ holdsData }) => holdsData).map(({ id }) => id)).toEqual(['PersistentVolume/media', 'PersistentVolumeClaim/apps/data'])
})

test('a disk on shared storage is reachable from the whole region, a directory from its node', () => {
  const made = planOf({
    backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://a:8006'], credentials: { secretRef: 's' } } }, disk: { local: { path: '/data' } } },
    classes: { fast: { backend: 'pve', storage: 'nfs' }, dirs: { backend: 'disk' } },
    volumes: { a: { namespace: 'n', class: 'fast', size: '1Gi', handle: 'pve//nfs/9999/vm-9999-a.raw' }, b: { namespace: 'n', class: 'dirs', size: '1Gi', node: 'node1', path: '/data/b/' } },
  })
  const terms = (name: string): unknown => valueAt(named(made, 'PersistentVolume', name), ['spec', 'nodeAffinity', 'required', 'nodeSelectorTerms', 0, 'matchExpressions'])
  expect(terms('a')).toEqual([{ key: 'topology.kubernetes.io/region', operator: 'In', values: ['pve'] }])
  expect(terms('b')).toEqual([{ key: 'topology.local.csi.stowage.dev/node', operator: 'In', values: ['node1'] }])
  expect(valueAt(named(made, 'PersistentVolume', 'b'), ['spec', 'csi', 'volumeHandle'])).toBe('node1/data/b')
})

test('settings of the driver reach its workloads', () => {
  const made = planOf({
    driver: { image: 'registry.example/driver', tag: 'v9', replicas: 2, kubeletRoot: '/var/lib/k0s/kubelet', logLevel: 'debug', imagePullSecrets: ['pull'], nodeSelector: { a: 'b' }, sidecars: { resizer: 'registry.example/resizer:v1' }, nodeResources: { limits: { memory: '1Gi' } } },
  })
  const controller = named(made, 'Deployment', 'stowage-controller')
  expect(valueAt(controller, ['spec', 'replicas'])).toBe(2)
  expect(containersOf(made, 'Deployment', 'stowage-controller')[0]).toMatchObject({ image: 'registry.example/driver:v9', args: expect.arrayContaining(['--log-level=debug']) })
  expect(containersOf(made, 'Deployment', 'stowage-controller').find(({ name }) => name.startsWith('resizer'))).toMatchObject({ image: 'registry.example/resizer:v1' })
  expect(valueAt(controller, ['spec', 'template', 'spec'])).toMatchObject({ imagePullSecrets: [{ name: 'pull' }], nodeSelector: { a: 'b' } })
  const [driver] = containersOf(made, 'DaemonSet', 'stowage-node')
  expect(driver).toMatchObject({ args: expect.arrayContaining(['--kubelet-root=/var/lib/k0s/kubelet']), resources: { limits: { memory: '1Gi' } } })
  expect(driver?.['volumeMounts']).toContainEqual({ name: 'kubelet', mountPath: '/var/lib/k0s/kubelet', mountPropagation: 'Bidirectional' })
})
