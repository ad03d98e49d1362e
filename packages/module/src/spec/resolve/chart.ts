import type { ChartSpec } from '../pod-spec.ts'

/** A chart as it was declared, or at the version that Stowage's values were checked to. */
export function chartOf(declared: { readonly version?: string | undefined; readonly values?: Readonly<Record<string, unknown>> | undefined } | undefined, version: string): ChartSpec {
  return { version: declared?.version ?? version, values: declared?.values ?? {} }
}
