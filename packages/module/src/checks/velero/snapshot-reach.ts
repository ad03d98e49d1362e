/** Which classes backups really snapshot: Velero takes one VolumeSnapshotClass of each driver, and that reaches one cluster. */
import { backendsOf, classesOf, type Subject } from '../check.ts'
import { classesBySnapshot } from './subject.ts'

/** Classes that can be snapshotted, and that no snapshot class for backups leads to. As spec/resolve/snapshots.ts resolves them. */
export function classesOutOfReach(subject: Subject): readonly string[] {
  const able = new Set(classesBySnapshot(subject).can)
  const groups = new Map(classesOf(subject).flatMap(([name]) => (able.has(name) ? [[name, groupOf(subject, name)] as const] : [])))
  const written = Object.values(subject.draft.spec?.snapshots?.classes ?? {}).flatMap((one) => {
    const group = one?.class === undefined ? undefined : groups.get(one.class)
    return group === undefined ? [] : [{ ...group, backups: one?.backups }]
  })
  const derived = [...groups.values()].filter(({ key }) => !written.some((one) => one.key === key)).map((group) => ({ ...group, backups: undefined }))
  const chosen = new Map<string, string>()
  for (const wanted of [true, undefined]) {
    for (const { driver, key, backups } of [...written, ...derived]) if (backups === wanted && !chosen.has(driver)) chosen.set(driver, key)
  }
  return [...groups].filter(([, { driver, key }]) => chosen.get(driver) !== key).map(([name]) => name)
}

function groupOf(subject: Subject, name: string): { readonly driver: string; readonly key: string } {
  const declared = new Map(classesOf(subject)).get(name)
  const backend = new Map(backendsOf(subject)).get(declared?.backend ?? '')
  if (backend?.nfs !== undefined) return { driver: 'nfs', key: 'nfs' }
  const driver = declared?.filesystem !== undefined || declared?.fsName !== undefined ? 'cephfs' : 'rbd'
  return { driver, key: `${driver}\0${backend?.ceph?.clusterID ?? declared?.backend ?? ''}` }
}
