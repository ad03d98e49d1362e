/** How values that are not known yet are put together: as Pulumi's Outputs. */
import * as pulumi from '@pulumi/pulumi'
import type { Joining } from '../inputs/fill.ts'

export function isInput(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise
}

export const joining: Joining = {
  text: (parts) => pulumi.concat(...parts.map((part) => pulumi.output(part))),
  map: (entries) => pulumi.all(entries.map((entry) => pulumi.all([...entry]))).apply((known) => Object.fromEntries(known.map(([key, value]) => [String(key), value]))),
}
