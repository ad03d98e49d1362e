/** The 409 of a server-side apply, in the server's words. */
import { ApiStatusError } from '../api.ts'
import type { Entry } from './entries.ts'
import { pathsOf } from './field-set.ts'
import type { FieldSet } from './field-set.ts'

export interface Conflict {
  readonly entry: Entry
  readonly fields: FieldSet
}

export function conflictError(conflicts: readonly Conflict[]): ApiStatusError {
  const all = conflicts.flatMap(({ entry, fields }) => pathsOf(fields).map(path => ({ manager: managerText(entry), path })))
  const causes = all.map(({ manager, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field: path }))
  return new ApiStatusError(409, 'Conflict', messageOf(all), { causes })
}

interface Line {
  readonly manager: string
  readonly path: string
}

function messageOf(all: readonly Line[]): string {
  const [only] = all
  if (all.length === 1 && only !== undefined) return `Apply failed with 1 conflict: conflict with ${only.manager}: ${only.path}`
  const managers = [...new Set(all.map(each => each.manager))].sort()
  const lines = managers.flatMap(manager => [`conflicts with ${manager}:`, ...all.filter(each => each.manager === manager).map(each => `- ${each.path}`)])
  return `Apply failed with ${all.length} conflicts: ${lines.join('\n')}`
}

function managerText(entry: Entry): string {
  const name = JSON.stringify(entry.manager) + (entry.subresource === undefined ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`)
  return entry.operation === 'Update' ? `${name} using ${entry.apiVersion}` : name
}
