import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import type { Plan } from '../plan.ts'
import { planStorage } from '../plan-storage.ts'

const nas = { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs', ssd: '/srv/nfs-ssd' }, driver: 'csi-driver-nfs' } }
const pve = { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } }
const soft = { backend: 'nas', export: 'hdd', mountOptions: ['soft', 'timeo=30', 'retrans=3'] }
const read = (spec: object): ReturnType<typeof readValue> => readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { nas, pve }, classes: {}, ...spec } })
const found = (spec: object): readonly string[] => read(spec).findings.filter(({ rule }) => rule !== 'soft-mount').map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)

function planOf(spec: object): Plan {
  const { spec: resolved, findings } = read(spec)
  if (resolved === undefined) throw new Error(JSON.stringify(findings))
  return planStorage(resolved)
}

const classes = { 'nfs-truenas': soft, 'nfs-proxmox': soft, fast: { backend: 'nas', export: 'ssd', subDir: '${pvc.metadata.namespace}/${pvc.metadata.name}', onDelete: 'archive', reclaimPolicy: 'Delete' } }

test('two classes of one export and one of another, in csi-driver-nfs’s own parameters', () => {
  const made = planOf({ classes }).objects.filter(({ object }) => object.kind === 'StorageClass').map(({ object }) => object)
  expect(made).toMatchObject([
    { metadata: { name: 'nfs-truenas' }, provisioner: 'nfs.csi.k8s.io', parameters: { server: '192.168.1.127', share: '/srv/nfs' }, volumeBindingMode: 'Immediate', mountOptions: ['soft', 'timeo=30', 'retrans=3'] },
    { metadata: { name: 'nfs-proxmox' }, parameters: { server: '192.168.1.127', share: '/srv/nfs' } },
    { metadata: { name: 'fast' }, parameters: { share: '/srv/nfs-ssd', subDir: '${pvc.metadata.namespace}/${pvc.metadata.name}', onDelete: 'archive' } },
  ])
})

test('a directory on the server becomes a volume and its claim, for many nodes, kept for ever', () => {
  const { objects } = planOf({ classes, volumes: { 'immich-data': { namespace: 'immich', class: 'nfs-proxmox', path: '/srv/nfs/immich', size: '500Gi' } } })
  expect(objects.filter(({ holdsData }) => holdsData).map(({ object }) => object)).toMatchObject([
    {
      kind: 'PersistentVolume',
      spec: {
        accessModes: ['ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Retain',
        mountOptions: ['soft', 'timeo=30', 'retrans=3'],
        csi: { driver: 'nfs.csi.k8s.io', volumeHandle: '192.168.1.127/srv/nfs/immich##', volumeAttributes: { server: '192.168.1.127', share: '/srv/nfs/immich' } },
      },
    },
    { kind: 'PersistentVolumeClaim', metadata: { namespace: 'immich', name: 'immich-data' }, spec: { volumeName: 'immich-data' } },
  ])
})

test('the chart is released once, pinned, without its own snapshot controller; your values win', () => {
  const { helmReleases } = planOf({ backends: { nas: { nfs: { ...nas.nfs, chart: { values: { controller: { replicas: 2 }, kubeletDir: '/k' } } } } }, classes: { x: soft } })
  expect(helmReleases).toMatchObject([
    { id: 'helm/storage-system/csi-driver-nfs', chart: { name: 'csi-driver-nfs', version: '4.13.4' }, values: { kubeletDir: '/k', controller: { replicas: 2 }, externalSnapshotter: { enabled: false } } },
  ])
})

test('no driver of ours runs where upstream’s serve', () => {
  const { objects } = planOf({ backends: { nas }, classes: { x: soft } })
  expect(objects.map(({ object }) => object.kind)).toEqual(['Namespace', 'StorageClass'])
})

test('the upstream plugin serves its backend under its own name, from the Secret that it reads', () => {
  const { helmReleases, objects, needs } = planOf({ backends: { pve: { proxmox: { ...pve.proxmox, driver: 'proxmox-csi-plugin' } } }, classes: { 'proxmox-csi': { backend: 'pve', storage: 'local-zfs', cache: 'writethrough', ssd: true } } })
  expect(helmReleases).toMatchObject([{ chart: { repository: 'oci://ghcr.io/sergelogvinov/charts', name: 'proxmox-csi-plugin', version: '0.5.9' }, values: { existingConfigSecret: 'proxmox-csi', storageClass: [] } }])
  expect(objects.at(-1)?.object).toMatchObject({ provisioner: 'csi.proxmox.sinextra.dev', parameters: { storage: 'local-zfs', cache: 'writethrough', ssd: 'true' } })
  expect(needs.map(({ name, reason }) => [name, reason.includes('config.yaml')])).toEqual([['proxmox-csi', true]])
})

test.each([
  ['an export inside another', { backends: { nas: { nfs: { ...nas.nfs, exports: { hdd: '/srv/nfs', ssd: '/srv/nfs/ssd' } } } } }, ['exports-collide backends.nas.nfs.exports.ssd']],
  ['exports beside each other', {}, []],
  ['the agent', { backends: { nas: { nfs: { ...nas.nfs, management: 'agent' } } } }, ['not-built-yet backends.nas.nfs.management']],
  ['no export chosen of two', { classes: { x: { backend: 'nas' } } }, ['missing-field classes.x.export']],
  ['the only export', { backends: { nas: { nfs: { ...nas.nfs, exports: { hdd: '/srv/nfs' } } } }, classes: { x: { backend: 'nas' } } }, []],
  ['an unknown export', { classes: { x: { backend: 'nas', export: 'hd' } } }, ['unknown-export classes.x.export']],
  ['a disk’s parameter on NFS', { classes: { x: { ...soft, cache: 'none' } } }, ['foreign-parameter classes.x.cache']],
  ['an NFS parameter on a disk', { classes: { x: { backend: 'pve', storage: 'local-zfs', subDir: 'x' } } }, ['foreign-parameter classes.x.subDir']],
  ['a volume under no export', { classes, volumes: { old: { namespace: 'a', class: 'fast', path: '/mnt/main/x', size: '1Gi' } } }, ['outside-export volumes.old.path']],
  ['a volume without a path', { classes, volumes: { old: { namespace: 'a', class: 'fast', size: '1Gi' } } }, ['missing-field volumes.old.path']],
  ['a volume inside another', { classes, volumes: { a: { namespace: 'a', class: 'fast', path: '/srv/nfs/x', size: '1Gi' }, b: { namespace: 'a', class: 'fast', path: '/srv/nfs/x/y', size: '1Gi' } } }, ['paths-collide volumes.b.path']],
  ['volumes beside each other', { classes, volumes: { a: { namespace: 'a', class: 'fast', path: '/srv/nfs/x', size: '1Gi' }, b: { namespace: 'a', class: 'fast', path: '/srv/nfs/xy', size: '1Gi' } } }, []],
  ['the plugin twice', { backends: { one: { proxmox: { ...pve.proxmox, driver: 'proxmox-csi-plugin' } }, two: { proxmox: { ...pve.proxmox, region: 'b', driver: 'proxmox-csi-plugin' } } } }, ['two-releases backends.two.proxmox.driver']],
  ['a chart of our own driver', { backends: { one: { proxmox: { ...pve.proxmox, chart: {} } } } }, ['foreign-field backends.one.proxmox.chart']],
  ['the plugin’s name for two', { backends: { one: { proxmox: { ...pve.proxmox, driver: 'proxmox-csi-plugin' } }, two: { proxmox: { ...pve.proxmox, region: 'b' } } }, classes: { x: { backend: 'two', storage: 's1', driverName: 'csi.proxmox.sinextra.dev' } } }, ['driver-name-taken classes.x.driverName']],
  ['a version range', { backends: { nas: { nfs: { ...nas.nfs, chart: { version: '^4.0.0' } } } } }, ['invalid-value backends.nas.nfs.chart.version']],
])('%s', (_, spec, expected) => {
  expect(found(spec)).toEqual(expected)
})

test('a soft mount is said to be one', () => {
  expect(read({ classes: { x: soft } }).findings.map(({ rule, severity }) => [rule, severity])).toEqual([['soft-mount', 'warning']])
})
