/** RFC 6902. */
import { applyPatch } from 'rfc6902'
import type { Operation } from 'rfc6902'
import { ApiStatusError } from '../api.ts'
import { badRequest } from '../failures.ts'
import { frozenObject, isArray, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

export function jsonPatch(current: JsonObject, body: Json): JsonObject {
  if (!isArray(body)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  const copy: JsonObject = structuredClone(current)
  const faults = applyPatch(copy, body.map(operationOf))
  if (faults.some(each => each !== null)) {
    // The real server hides what evanphx/json-patch said behind its generic 422.
    throw new ApiStatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  }
  return frozenObject(copy)
}

function operationOf(json: Json): Operation {
  const op = textAt(json, 'op')
  const path = textAt(json, 'path')
  const from = textAt(json, 'from')
  const value: unknown = typeof json === 'object' && json !== null && 'value' in json ? structuredClone(json.value) : undefined
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op, path, value }
    case 'remove':
      return { op, path }
    case 'move':
    case 'copy':
      return { op, from, path }
    default:
      throw badRequest(`Unexpected kind: ${op}`)
  }
}
