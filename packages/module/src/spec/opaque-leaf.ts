/** A value that is not known while a declaration is looked at, e.g. an Output of Pulumi. A check that reads one answers "unknown". */
export const opaqueLeaf: { readonly opaque: true } = Object.freeze({ opaque: true })

export function isOpaque(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'opaque' in value && value.opaque === true && Object.keys(value).length === 1
}
