/** Proof of what would be lost with an object: volumes, who uses them, and when a backup last held them. Pure. */
import { Size } from '@stowage/core'
import type { PersistentVolume } from 'kubernetes-types/core/v1'
import type { LossFacts, VeleroBackup } from './loss-facts.ts'

export interface LostVolume {
  readonly volume: string
  /** `namespace/name`; undefined when no claim is bound to it. */
  readonly claim?: string
  readonly size: string
  readonly reclaimPolicy: string
  /** Pods that use it now. */
  readonly pods: readonly string[]
  /** The last completed backup that included its namespace; that it held this volume's data is not proved by that. */
  readonly lastBackup: { readonly known: true; readonly name: string; readonly at: string } | { readonly known: true; readonly name?: undefined } | { readonly known: false; readonly why: string }
}

export interface Losses {
  readonly volumes: readonly LostVolume[]
  /** Backups that would no longer be there, or no longer be seen. */
  readonly backups: readonly string[]
  /** What could not be found out, one sentence each. What is not known is not taken for nothing. */
  readonly unknown: readonly string[]
}

export interface Doomed {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  /** Of CephFilesystemSubVolumeGroup. */
  readonly filesystem?: string
}

export function lossesOf(doomed: Doomed, facts: LossFacts): Losses {
  const unknown = [facts.volumes, facts.claims, facts.pods].flatMap((seen) => (seen.known ? [] : [seen.why]))
  const all = facts.volumes.known ? facts.volumes.items : []
  const volumes = all.filter((volume) => isOn(doomed, volume)).map((volume) => lostVolume(volume, facts))
  const backups = facts.backups.known ? facts.backups.items.filter((backup) => isBackupOf(doomed, backup)).map(({ metadata }) => metadata?.name ?? '') : []
  return { volumes, backups, unknown: [...unknown, ...(facts.backups.known || volumes.length === 0 ? [] : [facts.backups.why])] }
}

const standsOn: ReadonlySet<string> = new Set(['CephFilesystem', 'CephFilesystemSubVolumeGroup', 'CephBlockPool', 'CephCluster', 'HelmRelease', 'PersistentVolume', 'PersistentVolumeClaim', 'Namespace', 'StorageClass', 'CSIDriver', 'BackupStorageLocation', 'Schedule'])

/** Whether it is looked for what stands on things of this kind. Of others nothing is known, and nothing is said: not even that there is none. */
export function canBeStoodOn(kind: string): boolean {
  return standsOn.has(kind)
}

function isOn({ kind, name, namespace, filesystem }: Doomed, { metadata, spec }: PersistentVolume): boolean {
  const { driver, volumeAttributes: attributes = {} } = spec?.csi ?? {}
  const inCluster = attributes['clusterID'] === namespace
  if (kind === 'CephFilesystem') return inCluster && attributes['fsName'] === name
  if (kind === 'CephFilesystemSubVolumeGroup') return inCluster && attributes['fsName'] === filesystem
  if (kind === 'CephBlockPool') return inCluster && (attributes['pool'] === name || attributes['dataPool'] === name)
  if (kind === 'CephCluster' || kind === 'HelmRelease') return inCluster
  if (kind === 'PersistentVolume') return metadata?.name === name
  if (kind === 'PersistentVolumeClaim') return spec?.claimRef?.namespace === namespace && spec?.claimRef?.name === name
  if (kind === 'Namespace') return attributes['clusterID'] === name || spec?.claimRef?.namespace === name
  if (kind === 'StorageClass') return spec?.storageClassName === name
  if (kind === 'CSIDriver') return driver === name
  return false
}

function lostVolume({ metadata, spec }: PersistentVolume, { pods, backups }: LossFacts): LostVolume {
  const { namespace, name } = spec?.claimRef ?? {}
  const claim = namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`
  const users = pods.known ? pods.items.filter((pod) => pod.metadata?.namespace === namespace && pod.spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === name) === true && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') : []
  return {
    volume: metadata?.name ?? '',
    ...(claim !== undefined && { claim }),
    size: String(spec?.capacity?.['storage'] ?? 'unknown'),
    reclaimPolicy: spec?.persistentVolumeReclaimPolicy ?? 'unknown',
    pods: users.map((pod) => `${pod.metadata?.namespace}/${pod.metadata?.name}`),
    lastBackup: lastBackupOf(namespace, backups),
  }
}

function lastBackupOf(namespace: string | undefined, backups: LossFacts['backups']): LostVolume['lastBackup'] {
  if (!backups.known) return { known: false, why: backups.why }
  if (namespace === undefined) return { known: true }
  const [last] = backups.items.filter((backup) => backup.status?.phase === 'Completed' && includesNamespace(backup, namespace)).toSorted((one, other) => endOf(other).localeCompare(endOf(one)))
  return last === undefined ? { known: true } : { known: true, name: last.metadata?.name ?? '', at: endOf(last) }
}

const endOf = ({ status }: VeleroBackup): string => status?.completionTimestamp ?? ''

function includesNamespace({ spec }: VeleroBackup, namespace: string): boolean {
  const { includedNamespaces = [], excludedNamespaces = [] } = spec ?? {}
  const included = includedNamespaces.length === 0 || includedNamespaces.includes('*') || includedNamespaces.includes(namespace)
  return included && !excludedNamespaces.includes(namespace)
}

function isBackupOf({ kind, name, namespace }: Doomed, { metadata, spec }: VeleroBackup): boolean {
  if (metadata?.namespace !== namespace) return false
  if (kind === 'BackupStorageLocation') return spec?.storageLocation === name
  return kind === 'Schedule' && metadata?.labels?.['velero.io/schedule-name'] === name
}

const mostNamed = 10

/** As a sentence of a refusal, with what is not known said as such. */
export function describeLosses({ volumes, backups, unknown }: Losses): string {
  const total = volumes.reduce((sum, { size }) => sum + (Size.tryParse(size)?.bytes ?? 0n), 0n)
  const named = volumes.slice(0, mostNamed).map(describeVolume)
  const rest = volumes.length > mostNamed ? [`and ${volumes.length - mostNamed} more`] : []
  const lost = volumes.length === 0 ? (unknown.length === 0 ? 'no volume is known to be on it' : '') : `${volumes.length === 1 ? '1 volume' : `${volumes.length} volumes`}, ${Size.bytes(total).toString()} in all: ${[...named, ...rest].join('; ')}`
  const gone = backups.length === 0 ? '' : `${backups.length === 1 ? '1 backup' : `${backups.length} backups`}: ${backups.slice(0, mostNamed).join(', ')}${backups.length > mostNamed ? ', …' : ''}`
  return [lost, gone, ...unknown.map((why) => `not known: ${why}`)].filter((part) => part !== '').join('. ')
}

function describeVolume({ volume, claim, size, pods, lastBackup }: LostVolume): string {
  const used = pods.length === 0 ? 'no pod uses it' : `used by ${pods.slice(0, 3).join(', ')}${pods.length > 3 ? ', …' : ''}`
  const backup = !lastBackup.known ? 'whether a backup holds it is not known' : lastBackup.name === undefined ? 'no completed backup included its namespace' : `last backup of its namespace: ${lastBackup.name}, ${lastBackup.at}`
  return `${claim ?? volume} (${size}, ${used}, ${backup})`
}
