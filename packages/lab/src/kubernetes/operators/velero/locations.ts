/** A BackupStorageLocation's step: pkg/controller/backup_storage_location_controller.go and pkg/persistence/object_store.go of Velero v1.18. */
import { objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { core, velero } from '../cluster-api.ts'
import { nameOf, namespaceOf, timeText, writeStatus } from '../objects.ts'
import { parseDuration } from './duration.ts'
import type { VeleroServer } from './server.ts'
import type { VeleroParts } from './parts.ts'

/** `--store-validation-frequency`. */
const validateEveryMs = 60_000
const place = { kind: velero.locations, subresource: false }

export async function settleLocation(parts: VeleroParts, server: VeleroServer, location: JsonObject): Promise<void> {
  if (!isDue(location, parts.now())) return
  const fault = await faultOf(parts, server, location)
  const lastValidationTime = timeText(parts.now())
  const { message: _message, ...before } = objectAt(location, 'status')
  const status = fault === undefined
    ? { ...before, phase: 'Available', lastValidationTime }
    : { ...before, phase: 'Unavailable', lastValidationTime, message: `BackupStorageLocation ${JSON.stringify(nameOf(location))} is unavailable: ${fault}` }
  await writeStatus(parts.api, place, location, status)
}

/** A change of the location, and what it needs, is looked at sooner than Velero would: within one round. */
function isDue(location: JsonObject, now: number): boolean {
  const last = Date.parse(textAt(location, 'status', 'lastValidationTime'))
  const often = parseDuration(textAt(location, 'spec', 'validationFrequency')) ?? validateEveryMs
  if (often === 0) return Number.isNaN(last)
  return Number.isNaN(last) || now - last >= often || textAt(location, 'status', 'phase') !== 'Available'
}

async function faultOf({ api, bucketFault }: VeleroParts, server: VeleroServer, location: JsonObject): Promise<string | undefined> {
  const bucket = textAt(location, 'spec', 'objectStorage', 'bucket')
  const provider = textAt(location, 'spec', 'provider')
  if (objectAt(location, 'spec', 'objectStorage')['caCert'] !== undefined && objectAt(location, 'spec', 'objectStorage')['caCertRef'] !== undefined) return 'cannot specify both caCert and caCertRef in objectStorage'
  if (provider === '') return 'object storage provider name must not be empty'
  if (bucket.includes('/')) return `backup storage location's bucket name ${JSON.stringify(bucket)} must not contain a '/' (if using a prefix, put it in the 'Prefix' field instead)`
  const credential = objectAt(location, 'spec', 'credential')
  if (textAt(credential, 'name') !== '') {
    const secret = await api.get(core.secrets, textAt(credential, 'name'), namespaceOf(location))
    if (secret === undefined) return `unable to get credentials: unable to get key for secret: Secret ${JSON.stringify(textAt(credential, 'name'))} not found`
    if (objectAt(secret, 'data')[textAt(credential, 'key')] === undefined) return `unable to get credentials: unable to get key for secret: ${JSON.stringify(textAt(credential, 'name'))} secret is missing data for key ${JSON.stringify(textAt(credential, 'key'))}`
  }
  const plugin = provider.includes('/') ? provider : `velero.io/${provider}`
  if (!server.providers.has(plugin)) return `unable to locate ObjectStore plugin named ${plugin}`
  return bucketFault(location)
}
