/** Backups: Velero's namespace, password, configuration, release, locations, schedules, and who may restore. */
import type { Spec } from '../../spec/spec.ts'
import type { ScheduleSpec, VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import { idOf, type Contribution, type KubernetesObject, type Need, type PlannedObject } from '../plan.ts'
import { restorerAccess } from './access.ts'
import { configMaps } from './config-maps.ts'
import { backupStorageLocation, volumeSnapshotLocation } from './locations.ts'
import { veleroNotes } from './notes.ts'
import { movesData, veleroRelease } from './release.ts'
import { repositoryPassword } from './repository-password.ts'
import { schedule } from './schedule.ts'
import { volumePolicies } from './volume-policies.ts'

export function veleroContribution(spec: Spec): Contribution {
  const { velero } = spec
  if (velero === undefined) return {}
  const namespaceId = `Namespace/${velero.namespace}`
  const password = repositoryPassword(spec, velero, [namespaceId])
  const access = restorerAccess(spec, velero).map((object) => planned('access', object, 'who may restore', [namespaceId], 'those who could restore no longer can'))
  const config = configMaps(spec, velero, [namespaceId])
  const release = veleroRelease(spec, velero, [namespaceId, ...(password.objects ?? []).map(({ id }) => id), ...config.map(({ id }) => id), ...snapshotIds(spec, velero)])
  const locations = locationObjects(spec, velero, release.id)
  const policies = volumePolicies(spec, velero).length > 0
  const schedules = velero.schedules.map((one) => scheduleObject(spec, velero, one, release.id, policies))
  return {
    objects: [...namespaceObjects(spec, velero), ...(password.objects ?? []), ...access, ...config, ...locations, ...schedules],
    helmReleases: [release],
    secrets: password.secrets ?? [],
    needs: [...(password.needs ?? []), ...credentialNeeds(velero)],
    notes: [...(password.notes ?? []), ...veleroNotes(spec, velero)],
  }
}

/** The declaration's own namespace is made elsewhere, and privileged already. */
function namespaceObjects(spec: Spec, velero: VeleroSpec): readonly PlannedObject[] {
  if (velero.namespace === spec.namespace) return []
  const level = movesData(velero) ? 'privileged' : 'baseline'
  const labels = Object.fromEntries(['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]))
  const object: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: velero.namespace, labels: { ...labelsOf(spec, 'system'), ...labels } } }
  const why = movesData(velero) ? 'Velero runs here; its node-agent reads the volumes of pods on each node, so the namespace allows privileged pods' : 'Velero runs here'
  return [planned('namespace', object, why, [], 'the password of the backups’ repository goes with it: what lies in the buckets stays, and without the password it cannot be read', true)]
}

/** Velero looks for VolumeSnapshotClasses when it makes a backup; a first backup must find them. */
function snapshotIds({ snapshots }: Spec, { enableSnapshotBackups }: VeleroSpec): readonly string[] {
  return enableSnapshotBackups ? snapshots.classes.map(({ name }) => `snapshot.storage.k8s.io/VolumeSnapshotClass/${name}`) : []
}

function locationObjects(spec: Spec, velero: VeleroSpec, release: string): readonly PlannedObject[] {
  const stores = velero.locations.map((location) => {
    const object = backupStorageLocation(spec, velero, location)
    const where = `${location.provider} bucket ${location.bucket}${location.prefix === undefined ? '' : `/${location.prefix}`}`
    const what = location.accessMode === 'ReadOnly' ? 'backups are restored from' : location.isDefault ? 'backups go by default to' : 'backups can go to'
    const one = planned('locations', object, `${what} ${where}`, [release], `Velero forgets the backups in ${where}; they stay there, and are found again when the location is back`, true)
    return { ...one, ready: { fields: { 'status.phase': 'Available' } }, ...renamed(object, location.renamedFrom) }
  })
  const snapshots = velero.snapshotLocations.map((location) =>
    planned('locations', volumeSnapshotLocation(spec, velero, location), `snapshots of ${location.provider} are kept there`, [release], 'no more snapshots of this provider; those that are stay'),
  )
  return [...stores, ...snapshots]
}

function scheduleObject(spec: Spec, velero: VeleroSpec, declared: ScheduleSpec, release: string, policies: boolean): PlannedObject {
  const object = schedule(spec, velero, declared, policies)
  const location = declared.storageLocation ?? velero.locations.find(({ isDefault }) => isDefault)?.name
  const before = [release, ...(location === undefined ? [] : [`velero.io/BackupStorageLocation/${velero.namespace}/${location}`])]
  const reason = `${declared.paused ? 'paused: ' : ''}backs up ${namespacesText(declared)} at ${declared.schedule}, and keeps each for ${declared.ttl}`
  return { ...planned('schedules', object, reason, before, 'no new backups of this schedule; those that are stay until they expire'), ready: { fields: { 'status.phase': 'Enabled' } }, ...renamed(object, declared.renamedFrom) }
}

function namespacesText({ includedNamespaces, excludedNamespaces }: ScheduleSpec): string {
  const all = includedNamespaces.includes('*')
  return `${all ? 'every namespace' : includedNamespaces.join(', ')}${excludedNamespaces.length === 0 ? '' : ` but ${excludedNamespaces.join(', ')}`}`
}

function renamed(object: KubernetesObject, from: string | undefined): { readonly renamedFrom?: string } {
  return from === undefined ? {} : { renamedFrom: idOf({ ...object, metadata: { ...object.metadata, name: from } }) }
}

function credentialNeeds({ namespace, locations, snapshotLocations, credentialsSecret }: VeleroSpec): readonly Need[] {
  const own = [...locations, ...snapshotLocations].flatMap(({ name, credential }) => (credential === undefined ? [] : [{ name, credential }]))
  const secrets = bySecret(own)
  const shared: readonly Need[] =
    credentialsSecret === undefined ? [] : [{ kind: 'Secret', namespace, name: credentialsSecret, reason: 'credentials of the locations that have none of their own; its key is cloud' }]
  return [...shared, ...[...secrets].map(([secret, uses]): Need => ({ kind: 'Secret', namespace, name: secret, reason: `credentials of ${uses.join(', ')}` }))]
}

function bySecret(own: readonly { readonly name: string; readonly credential: { readonly name: string; readonly key: string } }[]): ReadonlyMap<string, readonly string[]> {
  const secrets = new Map<string, string[]>()
  for (const { name, credential } of own) secrets.set(credential.name, [...(secrets.get(credential.name) ?? []), `location ${name} (key ${credential.key})`])
  return secrets
}
