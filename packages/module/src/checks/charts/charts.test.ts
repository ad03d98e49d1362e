import { expect, test } from 'vitest'
import { chartSources } from '@stowage/wire/charts'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../../plan/plan-storage.ts'
import { unknownChartValues } from './unknown-chart-values.ts'

const unknown = (chart: string, values: object): readonly string[] => unknownChartValues(chart, values).map(({ path }) => path.join('.'))

test('three keys of one Velero file that were seen in the wild are read by nothing', () => {
  expect(unknown('velero', { configuration: { uploaderConfig: { parallelFilesUpload: 2 }, backupRepositoryConfigMap: 'x', repoMaintenanceJobConfigMap: 'y', features: 'EnableCSI' } })).toEqual([
    'configuration.uploaderConfig',
    'configuration.backupRepositoryConfigMap',
    'configuration.repoMaintenanceJobConfigMap',
  ])
})

test('maps that are handed on are not looked into, and lists are', () => {
  expect(unknown('velero', { nodeAgent: { resources: { what: 'ever' }, podLabels: { a: 'b' } }, image: { digest: 'sha256:x' } })).toEqual([])
  expect(unknown('velero', { configuration: { backupStorageLocation: [{ name: 'x', buckt: 'y' }] } })).toEqual(['configuration.backupStorageLocation.0.buckt'])
  expect(unknown('rook-ceph-cluster', { cephFileSystems: [{ name: 'x', spec: { what: 'ever' }, storageClas: {} }] })).toEqual(['cephFileSystems.0.storageClas'])
})

test.each(Object.keys(chartSources))('a misspelt key of %s is named, and global is every chart’s', (chart) => {
  expect(unknown(chart, { reosurces: {} })).toEqual(['reosurces'])
  expect(unknown(chart, { global: { x: 1 } })).toEqual([])
})

test('of a chart that is not pinned nothing is known', () => {
  expect(unknown('somebody-elses', { x: 1 })).toEqual([])
})

const away = { provider: 'aws', bucket: 'b', region: 'r' }
const declaration = (values: Readonly<Record<string, object>>): object => ({
  apiVersion: 'stowage.dev/v1alpha1',
  kind: 'Storage',
  metadata: { name: 'x' },
  spec: {
    backends: {
      pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 's' }, driver: 'proxmox-csi-plugin', access: { vms: [101] }, chart: { values: values['proxmox-csi-plugin'] ?? {} } } },
      nas: { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs' }, driver: 'csi-driver-nfs', chart: { values: values['csi-driver-nfs'] ?? {} } } },
      outside: {
        ceph: {
          clusterID: '3f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f',
          monitors: ['10.0.0.1:6789'],
          secrets: { cephfs: 'ceph-cephfs' },
          charts: { csiDrivers: { values: values['ceph-csi-drivers'] ?? {} } },
        },
      },
    },
    classes: { fast: { backend: 'pve', storage: 'local-zfs' }, share: { backend: 'nas', export: 'hdd' }, fs: { backend: 'outside', fsName: 'fs' } },
    backup: { velero: { locations: { a: away }, repositoryPassword: { existing: true }, enableSnapshotBackups: true, chart: { values: values['velero'] ?? {} } } },
  },
})

test('the declaration warns of each, with its place and what was probably meant', () => {
  const { findings } = readValue(declaration({ velero: { nodeAgent: { tolerashions: [] } }, 'csi-driver-nfs': { controller: { replica: 1 } }, 'ceph-csi-drivers': { drivers: { rbd: { enable: true } } }, 'proxmox-csi-plugin': { kubeletDir: 'x' } }))
  expect(findings.map(({ rule, severity, path, remedy }) => [rule, severity, path.slice(path.indexOf('values') + 1).join('.'), remedy])).toEqual([
    ['unknown-chart-value', 'warning', 'kubeletDir', expect.stringContaining('known are global')],
    ['unknown-chart-value', 'warning', 'controller.replica', 'did you mean "replicas"?'],
    ['unknown-chart-value', 'warning', 'drivers.rbd.enable', 'did you mean "enabled"?'],
    ['unknown-chart-value', 'warning', 'nodeAgent.tolerashions', 'did you mean "tolerations"?'],
  ].toSorted((a, b) => findings.findIndex(({ path }) => path.join('.').endsWith(String(a[2]))) - findings.findIndex(({ path }) => path.join('.').endsWith(String(b[2])))))
})

test('every value that Stowage itself sets is read by its chart', () => {
  const { spec, findings } = readValue(declaration({}))
  if (spec === undefined) throw new Error(JSON.stringify(findings))
  const { helmReleases } = planStorage(spec)
  expect(helmReleases.map(({ chart }) => chart.name).toSorted()).toEqual(expect.arrayContaining(['ceph-csi-drivers', 'csi-driver-nfs', 'proxmox-csi-plugin', 'velero']))
  expect(helmReleases.flatMap(({ chart, values }) => unknown(chart.name, values).map((path) => `${chart.name} ${path}`))).toEqual([])
})
