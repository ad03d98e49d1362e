/** `ECONNREFUSED`, `ENOENT`, … of an error of Node's; `UNKNOWN` when it has none. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code
  return 'UNKNOWN'
}
