import { StorageError } from '@stowage/core'

/** What the person allows, each thing by its id, by `Kind/name`, or by a name that only one thing has. */
export interface NamedConsent {
  /** Destroying data: one for each object. */
  readonly allowDestroy?: readonly string[]
  /** Deleting and making again what cannot be changed in place; data stays. */
  readonly allowRecreate?: readonly string[]
  /** Releases and definitions that somebody else installed, to be managed by Stowage from now on. */
  readonly adopt?: readonly string[]
}

/** Whether one of the names means this id, among all ids that could be meant. Pure. */
export function isNamed(names: readonly string[] | undefined, id: string, ids: readonly string[]): boolean {
  return (names ?? []).some((name) => meant(name, ids).includes(id))
}

/** The ids that a name means: itself, or all whose end it is. A short name that several things have means none of them. */
function meant(name: string, ids: readonly string[]): readonly string[] {
  if (ids.includes(name)) return [name]
  const found = [...new Set(ids.filter((id) => endsOf(id).includes(name)))]
  return found.length === 1 ? found : []
}

/** `storage.k8s.io/StorageClass/fast` → `fast`, `StorageClass/fast`; `apps/Deployment/ns/web` → `web`, `ns/web`, `Deployment/ns/web`, `Deployment/web`. */
function endsOf(id: string): readonly string[] {
  const parts = id.split('/')
  const kind = parts.findIndex((part) => /^[A-Z]/.test(part))
  const ends = parts.map((_, index) => parts.slice(index).join('/')).slice(1)
  return kind === -1 ? ends : [...ends, `${parts[kind]}/${parts.at(-1)}`]
}

/** Throws `invalid` for names that mean nothing, or more than one thing: a consent that was misspelt must not pass for one. */
export function refuseUnknownNames({ allowDestroy = [], allowRecreate = [], adopt = [], pruneData = [] }: NamedConsent & { readonly pruneData?: readonly string[] }, ids: readonly string[]): void {
  for (const [flag, names] of [['--prune-data', pruneData], ['--allow-destroy', allowDestroy], ['--allow-recreate', allowRecreate], ['--adopt', adopt]] as const) {
    for (const name of names) {
      if (meant(name, ids).length === 1) continue
      const several = [...new Set(ids.filter((id) => endsOf(id).includes(name)))]
      if (several.length > 1) throw new StorageError('invalid', `${flag} ${name} could mean ${several.join(' or ')}; give the whole id`)
      throw new StorageError('invalid', `${flag} ${name}: there is nothing of that name, neither in the plan nor in what an earlier apply made`)
    }
  }
}
