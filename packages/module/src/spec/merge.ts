/**
 * Several documents (and files) make one declaration: parts of the same name are put together, so that each application's
 * volumes can stand beside it. A name that two parts give is a fault, as it is within one.
 */
import { isMap } from '@stowage/core'
import type { Finding } from '@stowage/core'
import type { Keep, Locate, Path, SourceDocument } from './source.ts'

export interface Merged {
  readonly value: unknown
  readonly locate: Locate
  readonly findings: readonly Finding[]
}

/** How deep parts are put together: the entries of spec.backends and its siblings, and spec itself. */
const mergedBranches = new Set(['spec', 'spec.backends', 'spec.classes', 'spec.volumes', 'metadata', 'environments'])
/** Where every part must say the same. */
const repeated = new Set(['apiVersion', 'kind', 'metadata.name'])

/** Of a name that two parts give, the part named by `keep` is read. */
export function mergeDocuments(documents: readonly SourceDocument[], keep: Keep): Merged {
  const findings: Finding[] = []
  let value: unknown
  for (const [index, document] of documents.entries()) {
    value = index === 0 ? document.value : mergeTrees(value, document.value, [], { keep, locate: document.locate, findings })
  }
  return { value, locate: locateInAny(keep === 'first' ? documents : documents.toReversed()), findings }
}

interface Merging {
  readonly keep: Keep
  readonly locate: Locate
  readonly findings: Finding[]
}

function mergeTrees(into: unknown, from: unknown, path: Path, merging: Merging): unknown {
  const { keep, locate, findings } = merging
  if (!isMap(into) || !isMap(from)) {
    findings.push(conflict(path, locate))
    return into
  }
  const merged: Record<string, unknown> = { ...into }
  for (const [key, value] of Object.entries(from)) {
    const inner = [...path, key]
    const name = inner.join('.')
    if (!Object.hasOwn(merged, key)) merged[key] = value
    else if (mergedBranches.has(name)) merged[key] = mergeTrees(merged[key], value, inner, merging)
    else if (!(repeated.has(name) && merged[key] === value)) {
      findings.push(conflict(inner, locate))
      if (keep === 'last') merged[key] = value
    }
  }
  return merged
}

function conflict(path: Path, locate: Locate): Finding {
  const position = locate(path, 'key')
  const name = path.join('.')
  const differs = repeated.has(name)
  return {
    rule: differs ? 'different-declarations' : 'duplicate-name',
    severity: 'error',
    message: differs ? `${name} is not the same in every document; they would be different declarations` : `${JSON.stringify(path.at(-1) ?? '')} is given in two documents`,
    remedy: differs ? 'use one metadata.name throughout, or check the files one by one' : 'rename one or remove it',
    path,
    ...(position === undefined ? {} : { position }),
  }
}

/** The document that holds most of the path knows best. */
function locateInAny(documents: readonly SourceDocument[]): Locate {
  return (path, what) => {
    let best = documents[0]
    let depth = -1
    for (const document of documents) {
      const held = depthOf(document.value, path)
      if (held > depth) [best, depth] = [document, held]
    }
    return best?.locate(path, what)
  }
}

function depthOf(value: unknown, path: Path): number {
  let depth = 0
  let inner = value
  for (const part of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) return depth
    inner = Reflect.get(inner, part)
    depth += 1
  }
  return depth
}
