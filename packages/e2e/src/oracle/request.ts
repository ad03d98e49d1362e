/** Short words for the requests of the lists. */
import type { OracleRequest } from './exchange.ts'

export const merge = 'application/merge-patch+json'
export const strategic = 'application/strategic-merge-patch+json'
export const jsonPatch = 'application/json-patch+json'
export const apply = 'application/apply-patch+yaml'
export const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

/** `afterMs`: what the server does on its own needs that long before this is asked. */
const later = (afterMs: number | undefined): { readonly afterMs?: number } => (afterMs === undefined ? {} : { afterMs })

export const get = (name: string, path: string, accept?: string, afterMs?: number): OracleRequest => ({ name, method: 'GET', path, ...(accept ? { accept } : {}), ...later(afterMs) })
export const post = (name: string, path: string, body: unknown, afterMs?: number): OracleRequest => ({ name, method: 'POST', path, body, ...later(afterMs) })
export const put = (name: string, path: string, body: unknown): OracleRequest => ({ name, method: 'PUT', path, body })
export const del = (name: string, path: string, body?: unknown): OracleRequest => ({ name, method: 'DELETE', path, ...(body ? { body } : {}) })
export const patch = (name: string, path: string, contentType: string, body: unknown): OracleRequest => ({ name, method: 'PATCH', path, contentType, body })
