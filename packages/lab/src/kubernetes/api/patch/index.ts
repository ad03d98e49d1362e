import type { PatchType } from '../api.ts'
import { badRequest } from '../failures.ts'
import { frozenObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { mergePatch } from './merge.ts'

export function applyPatch(type: PatchType, current: JsonObject, body: unknown): JsonObject {
  if (type === 'application/json-patch+json') throw badRequest('json patches are not there yet')
  return frozenObject(mergePatch(current, frozenObject(body)))
}
