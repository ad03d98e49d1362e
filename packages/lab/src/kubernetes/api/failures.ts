/** The API server's own errors, with the words of apimachinery's `api/errors`. */
import { ApiStatusError } from './api.ts'
import type { Resource } from './resources.ts'
import { resourceName } from './resources.ts'

export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

function about(resource: Resource, name: string): Record<string, unknown> {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural }
}

export function notFound(resource: Resource, name: string): ApiStatusError {
  return new ApiStatusError(404, 'NotFound', `${resourceName(resource)} "${name}" not found`, about(resource, name))
}

export function alreadyExists(resource: Resource, name: string): ApiStatusError {
  return new ApiStatusError(409, 'AlreadyExists', `${resourceName(resource)} "${name}" already exists`, about(resource, name))
}

export function conflict(resource: Resource, name: string, why: string): ApiStatusError {
  const message = `Operation cannot be fulfilled on ${resourceName(resource)} "${name}": ${why}`
  return new ApiStatusError(409, 'Conflict', message, about(resource, name))
}

export const modifiedSince = 'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(resource: Resource, name: string, why: string): ApiStatusError {
  const subject = name === '' ? `${resourceName(resource)} is forbidden` : `${resourceName(resource)} "${name}" is forbidden`
  return new ApiStatusError(403, 'Forbidden', `${subject}: ${why}`, about(resource, name))
}

export function badRequest(message: string): ApiStatusError {
  return new ApiStatusError(400, 'BadRequest', message)
}

export function expired(message: string): ApiStatusError {
  return new ApiStatusError(410, 'Expired', message)
}

export function methodNotAllowed(): ApiStatusError {
  return new ApiStatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

export function noSuchResource(): ApiStatusError {
  return new ApiStatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** Some kinds are never overwritten blindly. */
export function versionMissing(resource: Resource, name: string): ApiStatusError {
  const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' }
  const message = `${resourceName(resource)} "${name}" is invalid: ${cause.field}: ${cause.message}`
  return new ApiStatusError(422, 'Invalid', message, { ...about(resource, name), causes: [cause] })
}

/** 422 with every fault; `causes` in the order in which the server's validation meets them. */
export function invalid(group: string, kind: string, name: string, causes: readonly Cause[]): ApiStatusError {
  const texts = [...new Set(causes.map(each => `${each.field}: ${each.message}`))]
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const qualified = group === '' ? kind : `${kind}.${group}`
  const details = { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), ...(kind === '' ? {} : { kind }), causes }
  return new ApiStatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${all}`, details)
}
