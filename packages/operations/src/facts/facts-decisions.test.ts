/** What is concluded from what the cluster and Proxmox say, without either. */
import type { ConfigMap, Node } from 'kubernetes-types/core/v1'
import { expect, test } from 'vitest'
import { factsOfDiscovery } from './discovery-facts.ts'
import { factsOfNodes } from './kubernetes-facts.ts'
import { factsOfMachines } from './proxmox-facts.ts'

const seen = { source: { kind: 'cluster', name: 'https://10.0.0.1:6443' }, time: '2026-11-21T15:30:00.000Z' } as const

function node(name: string, { labels = {}, taints = [], systemUUID = '' }: { labels?: Record<string, string>; taints?: NonNullable<Node['spec']>['taints']; systemUUID?: string } = {}): Node {
  const nodeInfo = { kernelVersion: '6.8.0-45-generic', osImage: 'Debian', systemUUID, architecture: 'amd64', bootID: '', containerRuntimeVersion: '', kubeProxyVersion: '', kubeletVersion: '', machineID: '', operatingSystem: 'linux' }
  return { metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec: { taints: taints ?? [] }, status: { allocatable: { memory: '15Gi', cpu: '3900m' }, conditions: [{ type: 'Ready', status: 'True' }], nodeInfo } }
}

function valuesOf(facts: readonly { object: string; property: string; value: unknown }[], object: string): Record<string, unknown> {
  return Object.fromEntries(facts.filter((fact) => fact.object === object).map(({ property, value }) => [property, value]))
}

test('a node says what it has; a label that it has not is known not to be there', () => {
  const facts = factsOfNodes([node('w1', { labels: { 'topology.kubernetes.io/zone': 'a', 'topology.rook.io/rack': 'r1', 'node-role.kubernetes.io/worker': '' } })], 'v1.33.1+k3s1', seen)
  expect(valuesOf(facts, 'node/w1')).toMatchObject({ schedulable: true, ready: true, roles: 'worker', memory: 15 * 1024 ** 3, cpu: 3.9, kernel: '6.8.0-45-generic', os: 'Debian', zone: 'a', rack: 'r1', region: '', chassis: '' })
  expect(valuesOf(facts, 'cluster')).toEqual({ version: 'v1.33.1+k3s1', distribution: 'k3s', nodes: 'w1', schedulableNodes: 1 })
  expect(facts.every(({ source, time }) => source === seen.source && time === seen.time)).toBe(true)
})

test('a taint keeps pods away; a cordon and a passing trouble do not count', () => {
  const facts = factsOfNodes(
    [
      node('server', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }),
      node('cordoned', { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
      node('rather-not', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
    ],
    undefined,
    seen,
  )
  expect(['server', 'cordoned', 'rather-not'].map((name) => valuesOf(facts, `node/${name}`)['schedulable'])).toEqual([false, true, true])
  expect(valuesOf(facts, 'cluster')).toMatchObject({ nodes: 'cordoned,rather-not,server', schedulableNodes: 2 })
})

const disk = { name: 'sdb', parent: '', hasChildren: false, devLinks: '/dev/disk/by-id/wwn-1 /dev/disk/by-path/pci-1', size: 4_000_787_030_016, type: 'disk', rotational: true, filesystem: '', model: 'WDC', empty: true, cephVolumeData: '', 'real-path': '/dev/sdb' }
const discovered = (devices: string): ConfigMap => ({ metadata: { name: 'local-device-w1', namespace: 'rook', labels: { 'rook.io/node': 'w1' }, managedFields: [{ time: '2026-11-21T15:00:00Z' }] }, data: { devices } })

test('devices are read as Rook’s discovery wrote them, with the time of its writing', () => {
  const { facts, notes } = factsOfDiscovery([discovered(JSON.stringify([disk]))], seen)
  expect(notes).toEqual([])
  expect(valuesOf(facts, 'device/w1/sdb')).toEqual({ rotational: true, type: 'disk', size: 4_000_787_030_016, model: 'WDC', aliases: '/dev/disk/by-id/wwn-1,/dev/disk/by-path/pci-1', fstype: '', partitions: 0, kname: 'sdb' })
  expect(facts[0]?.time).toBe('2026-11-21T15:00:00Z')
})

test('an OSD is this cluster’s when a cluster runs here and its fsid does not speak against it', () => {
  const osd = { ...disk, filesystem: 'LVM2_member', cephVolumeData: JSON.stringify({ path: '/dev/sdb', lvs: [{ osd_id: '3', cluster_fsid: 'own' }] }) }
  const raw = { ...disk, filesystem: 'ceph_bluestore' }
  const osdOf = (device: object, running?: { fsid?: string }) => valuesOf(factsOfDiscovery([discovered(JSON.stringify([device]))], seen, running).facts, 'device/w1/sdb')['osd']
  expect([osdOf(osd, { fsid: 'own' }), osdOf(osd, {}), osdOf(raw, { fsid: 'own' })]).toEqual([true, true, true])
  expect([osdOf(osd, { fsid: 'another' }), osdOf(osd), osdOf(raw), osdOf(disk, {})]).toEqual([undefined, undefined, undefined, undefined])
})

test('a filesystem and partitions are told', () => {
  const other = { ...disk, filesystem: 'ext4', Partitions: [{}, {}] }
  expect(valuesOf(factsOfDiscovery([discovered(JSON.stringify([other]))], seen).facts, 'device/w1/sdb')).toMatchObject({ fstype: 'ext4', partitions: 2 })
})

test('what was not understood is said, and nothing is made up', () => {
  for (const devices of ['', '{', '{"name":"sdb"}', '[{"name":1}]']) {
    const { facts, notes } = factsOfDiscovery([discovered(devices)], seen)
    expect([facts, notes.length]).toEqual([[], 1])
  }
})

const uuid = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa'
const proxmox = { source: { kind: 'proxmox', name: 'pve' }, time: seen.time } as const
const machine = (vmid: number, config: Record<string, string>, name = 'w1') => ({ vmid, name, config })

test('of a virtual disk is known what QEMU shows the guest: path, size, and whether it claims to rotate', () => {
  const config = { smbios1: `uuid=${uuid.toUpperCase()}`, scsi0: 'local-zfs:vm-101-disk-0,size=32G', scsi1: 'local-zfs:vm-101-disk-1,size=1T,ssd=1', scsi2: 'none,media=cdrom', scsi3: 'local-zfs:vm-101-disk-3,serial=OSD1,size=8G', sata1: 'local-zfs:vm-101-disk-4,size=8G', virtio0: 'local-zfs:vm-101-disk-5,size=8G', ide2: 'local-zfs:vm-101-cloudinit,media=cdrom' }
  const { facts } = factsOfMachines([node('w1', { systemUUID: uuid })], [machine(101, config, 'another-name')], 'pve', proxmox)
  expect([...new Set(facts.map(({ object }) => object))]).toEqual(['device/w1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0', 'device/w1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1', 'device/w1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_OSD1'])
  expect(valuesOf(facts, 'device/w1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1')).toEqual({ rotational: false, type: 'disk', size: 1024 ** 4, model: 'QEMU HARDDISK' })
  expect(valuesOf(facts, 'device/w1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0')['rotational']).toBe(true)
})

test('a name is not believed against the firmware’s UUID, and two that match give nothing', () => {
  const config = { smbios1: 'uuid=11111111-1111-1111-1111-111111111111', scsi1: 'a:vm-1-disk-1,size=8G' }
  expect(factsOfMachines([node('w1', { systemUUID: uuid })], [machine(101, config)], 'pve', proxmox).facts).toEqual([])
  const twice = factsOfMachines([node('w1')], [machine(101, { scsi1: 'a:vm-1-disk-1,size=8G' }), machine(102, { scsi1: 'a:vm-2-disk-1,size=8G' })], 'pve', proxmox)
  expect(twice.facts).toEqual([])
  expect(twice.notes).toEqual(['node w1 could be each of the VMs 101, 102; nothing is taken from them'])
})
