import type { PatchOptions } from './api.ts'

/** What a request says beside its object. */
export interface CallOptions extends Omit<PatchOptions, 'subresource'> {
  /** Any of the resource's: `status`, `scale`, `finalize`, … */
  readonly subresource?: string
  /** Told each warning that a real server would send in a Warning header. */
  readonly warn?: (text: string) => void
}
