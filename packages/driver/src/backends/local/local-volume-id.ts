/** Ids of local volumes: the node's name and the directory's absolute path, `node1/var/lib/stowage/pvc-1/data`. Static volumes have the same. */
import { isDnsSubdomain, StorageError } from '@stowage/core'

export interface LocalVolumeId {
  readonly node: string
  /** Absolute, without `.` and `..`. */
  readonly path: string
}

/** undefined when `text` is no such id. */
export function parseLocalVolumeId(text: string): LocalVolumeId | undefined {
  const slash = text.indexOf('/')
  if (slash <= 0) return undefined
  const [node, path] = [text.slice(0, slash), text.slice(slash)]
  const clean = path.length > 1 && !path.endsWith('/') && path.slice(1).split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
  return isDnsSubdomain(node) && clean ? { node, path } : undefined
}

export function formatLocalVolumeId({ node, path }: LocalVolumeId): string {
  return `${node}${path}`
}

/**
 * The directory that a volume of this node is, dynamic or static. Throws `not-found` for an id of another form, node, or place: nothing outside the
 * root is ever mounted.
 */
export function directoryOfVolume(node: string, root: string, volumeId: string): string {
  const id = parseLocalVolumeId(volumeId)
  if (id === undefined) throw new StorageError('not-found', `${JSON.stringify(volumeId)} is no local volume: its id is not a node and a path`)
  if (id.node !== node) throw new StorageError('not-found', `volume ${volumeId} is a directory of node ${id.node}, and this is ${node}`)
  if (!id.path.startsWith(`${root}/`)) throw new StorageError('not-found', `volume ${volumeId} lies outside ${root}, the directory that local volumes have on this node; move it there, or configure the backend's path`)
  return id.path
}
