/** Overlays: one declaration, several environments. An entry is put over the declaration as a JSON Merge Patch (RFC 7386): null removes, lists are replaced. */
import type { Finding } from '@stowage/core'
import { didYouMean, isMap } from '@stowage/core'
import type { Locate } from './source.ts'
import { valueAt } from './value-at.ts'

type Tree = Readonly<Record<string, unknown>>

export function environmentNames(value: unknown): readonly string[] {
  const environments = valueAt(value, ['environments'])
  return isMap(environments) ? Object.keys(environments) : []
}

/** The declaration as it is in that environment. */
export function inEnvironment(value: Tree, name: string): Tree {
  const { environments: _environments, ...base } = value
  const overlay = valueAt(value, ['environments', name])
  return isMap(overlay) ? mergePatch(base, overlay) : base
}

function mergePatch(base: unknown, patch: Tree): Tree {
  const merged = new Map<string, unknown>(isMap(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, isMap(value) ? mergePatch(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}

/** A place is in the overlay when the overlay says what stands there, else in the declaration below it. */
export function locateInEnvironment(locate: Locate, value: unknown, name: string): Locate {
  return (path, what) => {
    const inOverlay = ['environments', name, ...path]
    return locate(valueAt(value, inOverlay) === undefined ? path : inOverlay, what)
  }
}

export function unknownEnvironment(name: string, known: readonly string[]): Finding {
  const remedy = known.length === 0 ? 'declare it under environments, or leave the environment out' : didYouMean(name, known)
  return { rule: 'unknown-environment', severity: 'error', message: `there is no environment ${JSON.stringify(name)} in this declaration`, remedy, path: ['environments'] }
}
