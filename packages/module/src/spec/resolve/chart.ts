import type { ChartSpec } from '../pod-spec.ts'

interface DeclaredChart {
  readonly version?: string | undefined
  readonly values?: Readonly<Record<string, unknown>> | undefined
}

export function resolveChart(declared: DeclaredChart | undefined, version: string): ChartSpec {
  return { version: declared?.version ?? version, values: declared?.values ?? {} }
}
