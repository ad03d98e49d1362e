/** Random declarations over the whole Spec, valid by construction as far as generators go; `pre(spec)` drops the few that a check refuses. */
import * as fc from 'fast-check'
import type { Declaration, DeclaredBackend, DeclaredClass, DeclaredSpec, DeclaredVolume } from '../src/spec/schema/declaration.ts'
import { arbitraryBackup } from './arbitrary/backup.ts'
import { cephBackend, cephClass, rookBackend, rookClass } from './arbitrary/ceph.ts'
import { around } from './arbitrary/around.ts'
import { bool, flag, given, maybe, name, names, text } from './arbitrary/words.ts'

interface Member {
  readonly backend: DeclaredBackend
  readonly classes: Readonly<Record<string, DeclaredClass>>
  readonly volumes: Readonly<Record<string, DeclaredVolume>>
}

const common = fc.record({
  reclaimPolicy: maybe(fc.constantFrom('Retain' as const, 'Delete' as const)),
  allowVolumeExpansion: flag,
  mountOptions: maybe(fc.uniqueArray(fc.constantFrom('noatime', 'nodiratime', 'discard'), { maxLength: 2 })),
  annotations: maybe(fc.dictionary(fc.constantFrom('example.org/note', 'argocd.argoproj.io/sync-wave', 'description'), text, { maxKeys: 2 })),
  labels: maybe(fc.dictionary(fc.constantFrom('team', 'example.org/tier'), name, { maxKeys: 2 })),
})

function volumesOf(backend: string, place: (index: number) => Partial<DeclaredVolume>): fc.Arbitrary<Readonly<Record<string, DeclaredVolume>>> {
  return fc.array(fc.record({ namespace: fc.constantFrom('immich', 'media', '1e3'), size: fc.constantFrom('5Gi', '50Gi') }), { maxLength: 3 }).map((volumes) =>
    Object.fromEntries(volumes.map((volume, index) => [`${backend}-volume-${index}`, { ...volume, class: `${backend}-class-0`, ...place(index) }])),
  )
}

function member(backend: string, made: fc.Arbitrary<DeclaredBackend>, kind: fc.Arbitrary<Partial<DeclaredClass>>, place?: (index: number) => Partial<DeclaredVolume>): fc.Arbitrary<Member> {
  const classes = fc.array(fc.tuple(kind, common), { minLength: 1, maxLength: 3 })
  return fc.record({ backend: made, classes, volumes: place === undefined ? fc.constant({}) : volumesOf(backend, place) }).map((one) => ({
    ...one,
    classes: Object.fromEntries(one.classes.map(([own, rest], index) => [`${backend}-class-${index}`, { backend, ...given(rest), ...own }])),
  }))
}

type Access = NonNullable<NonNullable<DeclaredBackend['proxmox']>['access']>
const access = fc.constantFrom<Access>({ vms: [101, 102] }, { pool: 'kubernetes', user: 'csi@pve', tokenName: 'stowage' })
const proxmox = (region: string, driver: 'stowage' | 'proxmox-csi-plugin'): fc.Arbitrary<DeclaredBackend> =>
  fc.record({ access: maybe(access) }).map((one) => ({ proxmox: { region, endpoints: [`https://${region}.example:8006`], credentials: { secretRef: `${region}-token` }, driver, ...given(one) } }))
const proxmoxClass = fc.record({ storage: fc.constantFrom('local-zfs', 'local-lvm'), ssd: flag, cache: maybe(fc.constantFrom('none' as const, 'writethrough' as const)) }).map(given)

const members: Readonly<Record<string, fc.Arbitrary<Member>>> = {
  pve: member('pve', proxmox('pve', 'stowage'), proxmoxClass, (index) => ({ handle: `pve/pve1/local-zfs/vm-9999-disk-${index}` })),
  plugin: member('plugin', proxmox('away', 'proxmox-csi-plugin'), fc.constant({ storage: 'local-zfs' })),
  disk: member('disk', fc.constant({ local: { path: '/var/lib/stowage' } }), fc.record({ quota: maybe(fc.constantFrom('auto' as const, 'off' as const)) }).map(given), (index) => ({ node: 'n1', path: `/var/lib/stowage/disk-${index}` })),
  nas: member(
    'nas',
    fc.constant({ nfs: { server: '192.168.1.127', driver: 'csi-driver-nfs', exports: { hdd: '/srv/nfs', ssd: '/srv/nfs-ssd' } } }),
    fc.record({ export: fc.constantFrom('hdd', 'ssd'), subDir: maybe(fc.constant('${pvc.metadata.namespace}/${pvc.metadata.name}')), mountPermissions: maybe(fc.constant('0777')) }).map(given),
    (index) => ({ path: `/srv/nfs/data-${index}`, class: 'nas-first' }),
  ).map((one) => ({ ...one, classes: { ...one.classes, 'nas-first': { backend: 'nas', export: 'hdd' } } })),
  rook: member('rook', rookBackend, rookClass),
  ceph: member('ceph', cephBackend, cephClass),
}

const backends = fc.uniqueArray(fc.constantFrom(...names(members)), { minLength: 1, maxLength: 4 }).chain((chosen) => fc.record(Object.fromEntries(chosen.map((one) => [one, members[one] ?? fc.constant({ backend: {}, classes: {}, volumes: {} })]))))

/** One class may be the default one: the first. */
function specOf(made: Readonly<Record<string, Member>>, rest: Partial<DeclaredSpec>, first: boolean): DeclaredSpec {
  const all = Object.values(made)
  const classes = Object.fromEntries(all.flatMap((one) => Object.entries(one.classes)).map(([key, value], index) => [key, index === 0 && first ? { ...value, reclaimPolicy: 'Retain' as const, default: true } : value]))
  return { ...rest, backends: Object.fromEntries(Object.entries(made).map(([key, { backend }]) => [key, backend])), classes, volumes: Object.assign({}, ...all.map(({ volumes }) => volumes)) }
}

export const arbitraryDeclaration: fc.Arbitrary<Declaration> = fc
  .record({ name, labels: maybe(fc.constant({ team: 'storage' })), made: backends, around, backup: maybe(arbitraryBackup), first: bool })
  .map(({ name: declared, labels, made, around: rest, backup, first }) => ({
    apiVersion: 'stowage.dev/v1alpha1',
    kind: 'Storage',
    metadata: { name: declared, ...(labels === undefined ? {} : { labels }) },
    spec: specOf(made, { ...rest, ...(backup === undefined ? {} : { backup }) }, first),
  }))
