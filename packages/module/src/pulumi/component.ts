/** What both components do: everything is decided and said before anything is registered. */
import { formatPath, type Finding } from '@stowage/core'
import * as pulumi from '@pulumi/pulumi'
import type { Edit } from '../checks/feasibility/edits/edit.ts'
import { fill } from '../inputs/fill.ts'
import type { Prepared, Ready } from '../registration/prepare.ts'
import type { EngineArgs } from './document-003.ts'
import { joining } from './outputs.ts'
import { register, type Resources } from './register.ts'

/** Throws one RunError that names every fault. */
export function readyOrRefused(what: string, { ready, findings, edits }: Prepared): Ready {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (ready !== undefined && errors.length === 0) return ready
  const lines = errors.map((finding) => `  ${sentenceOf(finding)}`)
  throw new pulumi.RunError(`${what} is refused, and nothing of it is registered: ${errors.length} fault${errors.length === 1 ? '' : 's'}\n${[...lines, ...wordsOf(edits)].join('\n')}`)
}

export function sayWarnings({ findings, edits }: Prepared, resource: pulumi.Resource): void {
  for (const finding of findings) if (finding.severity === 'warning') void pulumi.log.warn(sentenceOf(finding), resource)
  if (edits.length > 0) void pulumi.log.warn(wordsOf(edits).join('\n'), resource)
}

/** As information, not as a warning. */
export function sayNotes({ notes }: Ready, resource: pulumi.Resource): void {
  if (notes.length > 0) void pulumi.log.info(notes.join('\n'), resource)
}

/** Nothing, or what would do. */
function wordsOf(edits: readonly Edit[]): readonly string[] {
  if (edits.length === 0) return []
  return ['the smallest edits, each of which is accepted:', ...edits.map(({ text, cost }, index) => `  ${index + 1}. ${text}${cost === undefined ? '' : ` (${cost})`}`)]
}

/** The rule stands behind it, and what it is about where it can be accepted: an acceptance names both. */
function sentenceOf({ path, message, remedy, rule, object }: Finding): string {
  const place = formatPath(path)
  return `${place === '' ? '' : `${place}: `}${message}${remedy === undefined ? '' : `; ${remedy}`} [${rule}${object === undefined ? '' : `, ${object}`}]`
}

/** What a program can use. Each is known at preview, and waits for the resources that it names. */
export interface Names {
  readonly namespace: pulumi.Output<string>
  readonly classNames: pulumi.Output<string[]>
  readonly snapshotClassNames: pulumi.Output<string[]>
  readonly filesystemNames: pulumi.Output<string[]>
  readonly locationNames: pulumi.Output<string[]>
}

export function registerAll(name: string, parent: pulumi.ComponentResource, { plan, leaves }: Ready, { import: imports = {}, wait = true }: EngineArgs): Names {
  const resources = register(plan, { name, parent, leaves, imports, wait })
  const namesOf = (kind: string): pulumi.Output<string[]> => {
    const objects = plan.objects.filter(({ object }) => object.kind === kind)
    return whenThere(objects.map(({ id }) => id), resources, objects.map(({ object }) => object.metadata.name))
  }
  return {
    namespace: pulumi.all([fill(plan.namespace, leaves, joining)]).apply(([known]) => String(known)),
    classNames: namesOf('StorageClass'),
    snapshotClassNames: namesOf('VolumeSnapshotClass'),
    filesystemNames: namesOf('CephFilesystem'),
    locationNames: namesOf('BackupStorageLocation'),
  }
}

/** A URN is known at preview, and an Output made of it depends on its resource. */
function whenThere(ids: readonly string[], resources: Resources, names: string[]): pulumi.Output<string[]> {
  return pulumi.all(ids.flatMap((id) => resources.get(id)?.urn ?? [])).apply(() => names)
}
