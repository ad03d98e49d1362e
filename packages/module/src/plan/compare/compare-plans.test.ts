import { expect, test } from 'vitest'
import { defineStorage } from '../../spec/read.ts'
import type { Declaration } from '../../spec/schema/declaration.ts'
import type { Plan } from '../plan.ts'
import { planStorage } from '../plan-storage.ts'
import { comparePlans, worstEffect } from './compare-plans.ts'

const base: Declaration['spec'] = {
  backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://a:8006'], credentials: { secretRef: 's' } } }, disk: { local: { path: '/data' } } },
  classes: { fast: { backend: 'pve', storage: 'local-zfs' }, dirs: { backend: 'disk' }, alias: { backend: 'pve', storage: 'local-zfs', driverName: 'csi.proxmox.sinextra.dev' } },
  volumes: { media: { namespace: 'apps', class: 'fast', size: '10Gi', handle: 'pve/pve1/local-zfs/vm-9999-media' } },
}
const planOf = (spec: Partial<Declaration['spec']>): Plan => planStorage(defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...base, ...spec } }))
const before = planOf({})
const media = { namespace: 'apps', class: 'fast', size: '10Gi', handle: 'pve/pve1/local-zfs/vm-9999-media' }
const seen = (spec: Partial<Declaration['spec']>): readonly string[] => comparePlans(before, planOf(spec)).map(({ action, id, effect }) => `${action} ${id} ${effect}`)
const classOf = 'storage.k8s.io/StorageClass'

test('the same plan is no change', () => {
  expect(comparePlans(before, planOf({}))).toEqual([])
  expect(worstEffect([])).toBe('safe')
})

test.each<[string, Partial<Declaration['spec']>, readonly string[]]>([
  ['a new class', { classes: { ...base.classes, slow: { backend: 'pve', storage: 'local-lvm' } } }, [`add ${classOf}/slow safe`]],
  ['a class that becomes the default', { classes: { ...base.classes, fast: { backend: 'pve', storage: 'local-zfs', default: true } } }, [`update ${classOf}/fast safe`]],
  ['other mount options', { classes: { ...base.classes, dirs: { backend: 'disk', mountOptions: ['noatime'] } } }, [`update ${classOf}/dirs safe`]],
  ['no more expansion', { classes: { ...base.classes, dirs: { backend: 'disk', allowVolumeExpansion: false } } }, [`update ${classOf}/dirs safe`]],
  ['another cache', { classes: { ...base.classes, alias: { backend: 'pve', storage: 'local-zfs', driverName: 'csi.proxmox.sinextra.dev', cache: 'none' } } }, [`update ${classOf}/alias recreate`]],
  ['another binding mode', { classes: { ...base.classes, dirs: { backend: 'disk', volumeBindingMode: 'Immediate' } } }, [`update ${classOf}/dirs recreate`]],
  ['Retain becomes Delete', { classes: { ...base.classes, dirs: { backend: 'disk', reclaimPolicy: 'Delete' } } }, [`update ${classOf}/dirs destroys-data`]],
  ['a larger volume', { volumes: { media: { ...media, size: '20Gi' } } }, ['update PersistentVolume/media safe', 'update PersistentVolumeClaim/apps/media safe']],
  ['a smaller volume', { volumes: { media: { ...media, size: '5Gi' } } }, ['update PersistentVolume/media safe', 'update PersistentVolumeClaim/apps/media recreate']],
  ['another disk', { volumes: { media: { ...media, handle: 'pve/pve1/local-zfs/vm-9999-other' } } }, ['update PersistentVolume/media migrate']],
  ['another access mode', { volumes: { media: { ...media, accessModes: ['ReadWriteOncePod'] } } }, ['update PersistentVolume/media safe', 'update PersistentVolumeClaim/apps/media recreate']],
  ['a volume let go', { volumes: {} }, ['remove PersistentVolumeClaim/apps/media recreate', 'remove PersistentVolume/media recreate']],
])('%s', (_, spec, expected) => {
  expect(seen(spec)).toEqual(expected)
})

test('a driver name that is no longer served leaves its volumes without a driver', () => {
  const { alias: _, ...classes } = base.classes
  expect(seen({ classes })).toEqual(expect.arrayContaining([`remove ${classOf}/alias safe`, 'remove storage.k8s.io/CSIDriver/csi.proxmox.sinextra.dev recreate']))
})

test('another directory for local volumes loses sight of those that are there', () => {
  const changes = comparePlans(before, planOf({ backends: { ...base.backends, disk: { local: { path: '/other' } } } }))
  expect(changes.find(({ id }) => id.startsWith('ConfigMap/'))).toMatchObject({ effect: 'migrate', interrupts: true, sentence: expect.stringContaining('/data') })
})

test('another endpoint only rolls the driver', () => {
  const backends = { ...base.backends, pve: { proxmox: { region: 'pve', endpoints: ['https://b:8006'], credentials: { secretRef: 's' } } } }
  const changes = comparePlans(before, planOf({ backends }))
  expect(changes.map(({ effect }) => effect)).toEqual(['safe', 'safe', 'safe'])
  expect(worstEffect(changes)).toBe('safe')
})

test('another namespace moves the driver; the old one’s Secret goes with it, and that is said', () => {
  const changes = comparePlans(before, planOf({ namespace: 'elsewhere' }))
  expect(changes.at(-1)).toMatchObject({ id: 'Namespace/storage-system', action: 'remove', effect: 'recreate', interrupts: true, sentence: expect.stringContaining('Secret s') })
})

test('a rename is one change, and what stands on it is named', () => {
  const { fast: _, ...others } = base.classes
  const classes = { ...others, quick: { backend: 'pve', storage: 'local-zfs', renamedFrom: 'fast' } }
  const changes = comparePlans(before, planOf({ classes, volumes: { media: { ...media, class: 'quick' } } }))
  const renamed = changes.find(({ id }) => id === `${classOf}/quick`)
  expect(renamed).toMatchObject({ action: 'rename', renamedFrom: `${classOf}/fast`, effect: 'recreate', touches: ['PersistentVolume/media', 'PersistentVolumeClaim/apps/media'] })
  expect(changes.some(({ action }) => action === 'remove')).toBe(false)
})

test('every change names its fields with what was and what will be', () => {
  const [change] = comparePlans(before, planOf({ classes: { ...base.classes, dirs: { backend: 'disk', reclaimPolicy: 'Delete' } } }))
  expect(change?.fields).toEqual([{ field: 'reclaimPolicy', before: 'Retain', after: 'Delete' }])
})

test('there and back again is the way back', () => {
  const after = planOf({ classes: {}, volumes: {} })
  const forth = comparePlans(before, after)
  const back = comparePlans(after, before)
  const changed = (changes: typeof forth, action: string): string[] => changes.filter((change) => change.action === action).map(({ id }) => id).toSorted()
  expect(changed(forth, 'remove')).toEqual(changed(back, 'add'))
  expect(changed(forth, 'update')).toEqual(changed(back, 'update'))
})
