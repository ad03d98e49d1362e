/** The disks of a draft's nodes, each with the settings that hold for it. */
import type { Subject } from '../check.ts'
import { rooksOf, type DraftRook } from './subject.ts'

export type Path = readonly (string | number)[]

export interface Disk {
  readonly name: string
  readonly path: Path
  /** The cluster's, the node's and the device's own settings; the nearest wins. */
  readonly config: Readonly<Record<string, string | undefined>>
  /** Where a setting that holds for it stands. */
  readonly settingAt: (key: string) => Path
}

export interface Host {
  readonly name: string
  readonly path: Path
  readonly disks: readonly Disk[]
}

export function hostsOf({ path, declared: { storage = {} } }: DraftRook): readonly Host[] {
  const at = [...path, 'storage']
  return (storage.nodes ?? []).flatMap((node, index) => {
    if (node?.name === undefined) return []
    const nodeAt = [...at, 'nodes', index]
    const disks = (node.devices ?? []).flatMap((device, place): readonly Disk[] => {
      if (device?.name === undefined) return []
      const deviceAt = [...nodeAt, 'devices', place]
      const levels = [[device.config, deviceAt], [node.config, nodeAt], [storage.config, at]] as const
      const settingAt = (key: string): Path => [...(levels.find(([config]) => config !== undefined && Object.hasOwn(config, key))?.[1] ?? deviceAt), 'config', key]
      return [{ name: device.name, path: [...deviceAt, 'name'], config: { ...storage.config, ...node.config, ...device.config }, settingAt }]
    })
    return [{ name: node.name, path: nodeAt, disks }]
  })
}

export function everyHost(subject: Subject): readonly Host[] {
  return rooksOf(subject).flatMap(hostsOf)
}
