import type { PatchType } from '../api.ts'
import { frozenObject, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Resource } from '../resources.ts'
import type { SchemaCatalog } from '../schema/catalog.ts'
import { badRequest } from '../failures.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge.ts'
import { strategicMerge } from './strategic.ts'
import { ApiStatusError } from '../api.ts'

/** What a patch other than server-side apply makes of an object. */
export function applyPatch(schemas: SchemaCatalog, resource: Resource, type: PatchType, current: JsonObject, body: Json): JsonObject {
  if (type === 'application/json-patch+json') return jsonPatch(current, body)
  if (!isObject(body)) throw badRequest('cannot restore slice from map')
  if (type === 'application/merge-patch+json') return frozenObject(mergePatch(current, body))
  if (resource.custom !== undefined) {
    throw new ApiStatusError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml')
  }
  return frozenObject(strategicMerge(schemas.of(resource), current, body))
}
