import type { HttpRequest } from '@stowage/effects'
import type { CallOptions } from '../api/call-options.ts'

export type HttpWriteOptions = CallOptions

/** Query parameters of a write; the manager defaults to the user agent up to its first slash. */
export function writeOptionsOf(request: HttpRequest, query: URLSearchParams, subresource: string | undefined, warnings: string[]): CallOptions {
  const validation = query.get('fieldValidation')
  const agent = (request.headers?.['user-agent'] ?? '').split('/')[0] ?? ''
  return {
    fieldManager: query.get('fieldManager') || agent || 'unknown',
    dryRun: query.getAll('dryRun').includes('All'),
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    ...(subresource === undefined ? {} : { subresource }),
    force: query.get('force') === 'true',
    warn: text => warnings.push(text),
  }
}
