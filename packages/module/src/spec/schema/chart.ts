/** A chart that Stowage releases. */
import * as z from 'zod'

/** Semantic versioning, as Helm wants it. */
const chartVersion = z.string().regex(/^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/, { error: 'must be one version, e.g. 1.2.3; a range would not be pinned' })

export function chartSchema(name: string, version: string) {
  return z
    .strictObject({
      version: chartVersion.describe(`Version of the chart ${name}. Default: ${version}, to which Stowage's values were checked.`),
      values: z.record(z.string(), z.unknown()).describe('Values beside those that Stowage sets; maps are merged, and yours win. A key that the chart does not know is a warning.'),
    })
    .partial()
    .describe(`The chart ${name}.`)
}
