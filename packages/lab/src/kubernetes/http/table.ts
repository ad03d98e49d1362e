/** Server-side printing: `Accept: application/json;as=Table`. Columns are data; the cells of a kind are in `cells/`. */
import type { HttpRequest } from '@stowage/effects'
import { kubernetesTables } from '@stowage/wire/kubernetes'
import type { TableColumn } from '@stowage/wire/kubernetes'
import { objectAt, textAt } from '../api/json.ts'
import type { Json, JsonArray, JsonObject } from '../api/json.ts'
import { resourceName } from '../api/resources.ts'
import type { Resource } from '../api/resources.ts'
import { cellsByResource } from './cells/index.ts'
import { sinceText } from './human-duration.ts'
import { printerOf } from './printer-columns.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** kubectl asks for a Table and, failing that, for JSON. */
export function wantsTable(request: HttpRequest): boolean {
  const first = (request.headers?.['accept'] ?? '').split(',').find(each => !each.includes('as=Table') || each.includes('v=v1;') || each.trim().endsWith('v=v1'))
  return first !== undefined && first.includes('as=Table')
}

export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject')
  return asked === 'None' || asked === 'Object' ? asked : 'Metadata'
}

export function tableOf(resource: Resource, items: readonly JsonObject[], nowMs: number, include: IncludeObject, metadata: JsonObject): JsonObject {
  const name = resourceName(resource)
  const custom = resource.custom === undefined ? undefined : printerOf(resource.custom.columns)
  const columns = custom?.columns ?? kubernetesTables[name] ?? nameAndAge
  const cells = custom?.cells ?? cellsByResource[name] ?? nameAndAgeCells
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(each => ({ ...each })),
    rows: items.map(object => row(object, cells(object, nowMs), include)),
  }
}

function row(object: JsonObject, cells: JsonArray, include: IncludeObject): JsonObject {
  const conditions = textAt(object, 'kind') === 'Pod' ? podConditions[textAt(object, 'status', 'phase')] : undefined
  return { cells, ...(conditions === undefined ? {} : { conditions }), ...embedded(object, include) }
}

function embedded(object: JsonObject, include: IncludeObject): JsonObject {
  if (include === 'None') return { object: null }
  if (include === 'Object') return { object }
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: objectAt(object, 'metadata') } }
}

const completed = (reason: string, message: string): Json => [{ type: 'Completed', status: 'True', reason, message }]
const podConditions: Readonly<Record<string, Json>> = {
  Succeeded: completed('Succeeded', 'The pod has completed successfully.'),
  Failed: completed('Failed', 'The pod failed.'),
}

/** What kinds without a printer get: custom resources among them. */
const nameAndAge: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', description: 'Name must be unique within a namespace.', priority: 0 },
  { name: 'Age', type: 'date', format: '', description: 'CreationTimestamp is a timestamp representing the server time when this object was created.', priority: 0 },
]

function nameAndAgeCells(object: JsonObject, nowMs: number): JsonArray {
  return [textAt(object, 'metadata', 'name'), sinceText(textAt(object, 'metadata', 'creationTimestamp'), nowMs)]
}
