/** A declaration, its plan, and the plan of a changed one. */
import { planStorage, readDeclaration } from '@stowage/module'
import type { Plan } from '@stowage/module'
import type { DisksOf } from '@stowage/lab/kubernetes/operators/rook/storage-hosts'
import { isMap, parseDocument } from 'yaml'
import type { Document } from 'yaml'

export interface Subject {
  /** `homelab` */
  readonly name: string
  readonly file: string
  readonly text: string
  readonly plan: Plan
  /** What the declaration says of the nodes' disks. */
  readonly disksOf: DisksOf
  /** Of the declaration after an edit; undefined when that is refused. */
  changed(edit: (document: Document) => void): Plan | undefined
}

export interface SubjectOptions {
  /** Where charts are fetched instead of where the declaration says: there is no way out to a real repository. */
  readonly charts: string
  /** Default: the day of the run. */
  readonly today?: string
}

/** Throws with every fault when the declaration has some. */
export function subjectOf(name: string, file: string, text: string, options: SubjectOptions): Subject {
  const plan = planOf(file, text, options)
  if (Array.isArray(plan)) throw new Error(plan.join('\n'))
  const changed = (edit: (document: Document) => void): Plan | undefined => {
    const document = parseDocument(text)
    edit(document)
    const other = planOf(file, String(document), options)
    return Array.isArray(other) ? undefined : other
  }
  return { name, file, text, plan, changed, disksOf: declaredDisks(text) }
}

function planOf(file: string, text: string, { charts, today }: SubjectOptions): Plan | string[] {
  const { spec, findings } = readDeclaration([{ file, text }], today === undefined ? {} : { today })
  if (spec === undefined) return findings.filter(({ severity }) => severity === 'error').map(({ rule, message, position }) => `${file}:${position?.line ?? '?'}: ${rule}: ${message}`)
  const plan = planStorage(spec)
  return { ...plan, helmReleases: plan.helmReleases.map((release) => ({ ...release, chart: { ...release.chart, repository: charts } })) }
}

/** From `facts.nodes.<node>.devices`; of a node without any the operator's stand-in believes what the CephCluster names. */
function declaredDisks(text: string): DisksOf {
  const document = parseDocument(text)
  return (node) => {
    const path = ['spec', 'facts', 'nodes', node, 'devices']
    const devices = document.getIn(path)
    if (!isMap(devices)) return undefined
    return devices.items.map(({ key }) => ({ name: String(key).replace(/^\/dev\//, ''), rotational: document.getIn([...path, key, 'rotational']) === true }))
  }
}
