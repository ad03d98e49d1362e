import { ApiStatusError } from '../api/api.ts'
import type { Api, KubeObject } from '../api/api.ts'

/** What is there of a kind; nothing of a kind that this API does not have. */
export function listKnown(api: Api, resource: string, namespace: string): readonly KubeObject[] {
  try {
    return api.list(resource, { namespace })
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 404) return []
    throw error
  }
}
