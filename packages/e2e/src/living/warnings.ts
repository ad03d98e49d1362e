/** Warnings of a real API server that are no fault of what was sent; each with its reason. */
const allowed: readonly { readonly pattern: RegExp; readonly reason: string }[] = []

export function allowedWarning(text: string): boolean {
  return allowed.some(({ pattern }) => pattern.test(text))
}
