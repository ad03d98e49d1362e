import { expect, test } from 'vitest'
import { accessModeRefusal, accessModesOf, backendsServing, serves } from './access-modes.ts'
import { parseLocalParameters } from './local-parameters.ts'
import { parseProxmoxMutableParameters, parseProxmoxParameters, proxmoxParameterDescriptions } from './proxmox-parameters.ts'
import { throwForFindings } from './storage-class-parameters.ts'

const rules = (input: Record<string, string>): readonly string[] => parseProxmoxParameters(input).findings.map(({ rule, path }) => `${path.at(-1)}: ${rule}`)

test("a class of the existing plugin's documentation reads as it is meant", () => {
  const { parameters, findings } = parseProxmoxParameters({ storage: 'local-zfs', cache: 'writethrough', ssd: 'true' })
  expect(findings).toEqual([])
  expect(parameters).toEqual({ storage: 'local-zfs', cache: 'writethrough', ssd: true, iothread: true, backup: false, replicate: false, fstype: 'ext4' })
})

test('every described parameter is read', () => {
  const input = {
    storage: 'data', storageFormat: 'qcow2', cache: 'none', aio: 'native', ssd: '1', iothread: 'false', backup: 'TRUE', diskIOPS: '4000', diskMBps: '1000',
    blockSize: '4096', inodeSize: '512', replicate: 'true', replicateSchedule: '*/15', replicateZones: 'pve-1,pve-2', backend: 'pve', 'csi.storage.k8s.io/fstype': 'xfs',
  }
  const { parameters, findings } = parseProxmoxParameters(input)
  expect(findings).toEqual([])
  expect(Object.keys(parameters ?? {}).toSorted()).toEqual([...proxmoxParameterDescriptions.map(({ key }) => key), 'fstype'].toSorted())
  expect(parameters).toMatchObject({ ssd: true, iothread: false, backup: true, diskIOPS: 4000, replicateZones: ['pve-1', 'pve-2'], fstype: 'xfs' })
})

test('an unknown key is a fault that names the nearest known one', () => {
  const { parameters, findings } = parseProxmoxParameters({ storage: 'data', cahce: 'none', fstype: 'xfs' })
  expect(parameters).toBeUndefined()
  expect(findings).toMatchObject([
    { rule: 'unknown-parameter', path: ['parameters', 'cahce'], remedy: 'did you mean "cache"?' },
    { rule: 'unknown-parameter', remedy: 'did you mean "csi.storage.k8s.io/fstype"?' },
  ])
})

test('all faults of one class are found at once', () => {
  expect(rules({ storage: '9x', cache: 'unsafe', ssd: 'yes', diskIOPS: '-1', blockSize: '1000', replicateZones: 'a b' }).toSorted()).toEqual([
    'blockSize: invalid-parameter', 'cache: invalid-parameter', 'diskIOPS: invalid-parameter', 'replicateZones: invalid-parameter', 'ssd: invalid-parameter', 'storage: invalid-parameter',
  ])
})

test('the storage is required, and an empty parameter counts as not given', () => {
  expect(rules({})).toEqual(['storage: missing-parameter'])
  expect(rules({ storage: '' })).toEqual(['storage: empty-parameter', 'storage: missing-parameter'])
  expect(parseProxmoxParameters({ storage: 'data', cache: '' }).parameters).toBeDefined()
})

test.each([
  [{ aio: 'native', cache: 'writeback' }, 'aio: conflicting-parameters'],
  [{ replicateSchedule: '*/15' }, 'replicateSchedule: conflicting-parameters'],
  [{ blockSize: '1024', inodeSize: '2048' }, 'inodeSize: conflicting-parameters'],
  [{ 'csi.storage.k8s.io/fstype': 'xfs', blockSize: '1024', inodeSize: '1024' }, 'inodeSize: conflicting-parameters'],
  [{ blockSize: '512' }, 'blockSize: invalid-parameter'],
])('%j is refused: %s', (input, rule) => {
  expect(rules({ storage: 'data', ...input })).toEqual([rule])
})

test("the provisioner's own keys are understood", () => {
  const { claim, secrets, findings } = parseProxmoxParameters({
    storage: 'data', 'csi.storage.k8s.io/pvc/name': 'data-0', 'csi.storage.k8s.io/pvc/namespace': 'garage', 'csi.storage.k8s.io/pv/name': 'pvc-1',
    'csi.storage.k8s.io/node-stage-secret-name': '${pvc.name}-key', 'csi.storage.k8s.io/node-stage-secret-namespace': 'kube-system',
  })
  expect(findings).toEqual([])
  expect(claim).toEqual({ pvcName: 'data-0', pvcNamespace: 'garage', pvName: 'pvc-1' })
  expect(secrets['node-stage']).toEqual({ name: '${pvc.name}-key', namespace: 'kube-system' })
  expect(rules({ storage: 'data', 'csi.storage.k8s.io/node-stage-secret-name': 'x' })).toEqual(['csi.storage.k8s.io/node-stage-secret-namespace: missing-parameter'])
})

test('a key that objects inherit is not a parameter', () => {
  expect(rules({ storage: 'data', constructor: 'x' })).toEqual(['constructor: unknown-parameter'])
})

test('mutable parameters are three', () => {
  expect(parseProxmoxMutableParameters({ backup: 'true', diskIOPS: '100' }).parameters).toEqual({ backup: true, diskIOPS: 100 })
  expect(parseProxmoxMutableParameters({ storage: 'data' }).parameters).toBeUndefined()
})

test('a local class needs no parameters, and says that a filesystem type has no effect', () => {
  expect(parseLocalParameters({})).toMatchObject({ parameters: { quota: 'auto' }, findings: [] })
  expect(parseLocalParameters({ 'csi.storage.k8s.io/fstype': 'ext4' })).toMatchObject({ parameters: { quota: 'auto' }, findings: [{ severity: 'warning' }] })
  expect(parseLocalParameters({ qouta: 'off' }).findings).toMatchObject([{ remedy: 'did you mean "quota"?' }])
})

test('the failure holds every error with its remedy', () => {
  const { findings } = parseProxmoxParameters({ cahce: 'none' })
  expect(() => throwForFindings('class "fast"', findings)).toThrow(/class "fast": nobody knows the parameter "cahce"; did you mean "cache"\?\. parameter storage .* is missing/)
  expect(() => throwForFindings('x', parseLocalParameters({ 'csi.storage.k8s.io/fstype': 'ext4' }).findings)).not.toThrow()
})

test('a block disk is not for many nodes, and the refusal names what is', () => {
  expect(serves('proxmox', 'ReadWriteMany')).toBe(false)
  expect(accessModesOf('local')).toEqual(['ReadWriteOnce', 'ReadWriteOncePod'])
  expect(backendsServing('ReadWriteMany')).toEqual(['nfs', 'rookCeph', 'ceph'])
  expect(accessModeRefusal('proxmox', 'ReadWriteMany')).toMatch(/^ReadWriteMany cannot be served by proxmox.*nfs or rookCeph/)
})
