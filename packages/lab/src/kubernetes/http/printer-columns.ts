/** Columns of custom resources: additionalPrinterColumns with their JSON paths. apiextensions-apiserver's tableconvertor. */
import { kubernetesTables } from '@stowage/wire/kubernetes'
import type { TableColumn } from '@stowage/wire/kubernetes'
import type { PrinterColumn } from '@stowage/wire/crds'
import type { Json, JsonObject } from '../api/json.ts'
import { nameOf } from './cells/cell.ts'
import type { Cells } from './cells/cell.ts'
import { sinceText } from './human-duration.ts'
import { jsonPathValue } from './json-path.ts'

export interface Printer {
  readonly columns: readonly TableColumn[]
  readonly cells: Cells
}

const nameColumn = (kubernetesTables['configmaps'] ?? []).slice(0, 1)
const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }
const ageWords = (kubernetesTables['configmaps'] ?? []).find(each => each.name === 'Age')?.description ?? ''

/** A definition without columns is printed with its age. */
export function printerOf(own: readonly PrinterColumn[]): Printer {
  const columns = own.length === 0 ? [{ ...age, description: ageWords }] : own
  return {
    columns: [...nameColumn, ...columns.map(columnOf)],
    cells: (object, nowMs) => [nameOf(object), ...columns.map(each => cellOf(each, object, nowMs))],
  }
}

function columnOf({ name, type, format = '', description, jsonPath, priority = 0 }: PrinterColumn): TableColumn {
  return { name, type, format, description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`, priority }
}

function cellOf({ type, jsonPath }: PrinterColumn, object: JsonObject, nowMs: number): Json {
  const value = jsonPathValue(jsonPath, object)
  if (value === undefined) return null
  switch (type) {
    case 'string':
      return printed(value)
    case 'date':
      return typeof value === 'string' ? dateText(value, nowMs) : null
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    default:
      return typeof value === 'boolean' ? value : null
  }
}

/** As Go's fmt prints what is no text. */
function printed(value: Json): Json {
  if (value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function dateText(value: string, nowMs: number): string {
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : sinceText(value, nowMs)
}
