import type { JsonObject } from '../json.ts'
import type { Resource } from '../resources.ts'
import type { SchemaCatalog } from '../schema/catalog.ts'

export function validateCreate(schemas: SchemaCatalog, resource: Resource, object: JsonObject): void {
  void schemas; void resource; void object
}
export function validateUpdate(schemas: SchemaCatalog, resource: Resource, current: JsonObject, object: JsonObject, subresource: string | undefined): void {
  void schemas; void resource; void object; void current; void subresource
}
