/** What a release of a local chart would weigh in Helm's record of it: one Secret, which Kubernetes holds to 1 MiB. */
import { gzipSync } from 'node:zlib'
import { StorageError } from '@stowage/core'

/** Below this no estimate is needed: even schemas shrink to a third. */
const certainlyFits = 1_500_000
/** Of gzipped bytes: Helm writes them as base64, and some room is left for what it adds. */
const fits = 740_000

/** Helm keeps a release as gzipped JSON with the chart's files (as base64) and what was rendered. Throws `invalid` for one that is too large. */
export function refuseTooLarge(name: string, objects: string, count: number): void {
  if (objects.length < certainlyFits) return
  const record = gzipSync(JSON.stringify({ chart: { files: [{ data: Buffer.from(objects).toString('base64') }] }, manifest: objects }))
  if (record.length <= fits) return
  throw new StorageError(
    'invalid',
    `the ${count} objects of ${name} make a record of about ${Math.ceil((record.length * 4) / 3 / 1024)} KiB, and Helm keeps a release in one Secret of at most 1024 KiB; deliver a declaration of this size with kubectl, kustomize, argocd or flux, or in several declarations`,
    { details: { chart: name, objects: count, gzipped: record.length } },
  )
}
