/** Checks of where backups go. */
import { didYouMean } from '@stowage/core'
import { hostOf, isForeignS3, knownProvider, locationConfigKeys, snapshotConfigKeys } from '../../spec/velero-providers.ts'
import { valueAt } from '../../spec/value-at.ts'
import { fault, warning, type Check, type Fault } from '../check.ts'
import { locationsOf, ofVelero, veleroPath, type DraftLocation } from './subject.ts'

const at = (...path: readonly (string | number)[]): readonly (string | number)[] => [...veleroPath, ...path]

/** Backups need a place to go to. */
export const backupsHaveAPlace: Check = ofVelero((_, { raw }) =>
  isSomething(valueAt(raw, at('locations'))) ? [] : [fault('backup-without-location', at('locations'), 'Velero is declared without a location, so no backup could be kept', 'add locations with at least one bucket')],
)

/** What is written, but wrongly, is reported as that. */
function isSomething(locations: unknown): boolean {
  return locations !== undefined && locations !== null && (typeof locations !== 'object' || Object.keys(locations).length > 0)
}

/** Exactly one default: what names no location goes there. */
export const defaultLocationIsUnique: Check = ofVelero((velero) => {
  const locations = locationsOf(velero)
  const defaults = locations.filter(([, { default: isDefault }]) => isDefault === true || (isDefault === undefined && locations.length === 1))
  if (locations.length > 0 && defaults.length === 0) return [fault('no-default-location', at('locations'), `none of the locations ${namesOf(locations)} is the default, so backups that name none fail`, 'write default: true at one of them')]
  const readOnly = defaults.filter(([, { accessMode }]) => accessMode === 'ReadOnly')
  return [
    ...defaults.slice(1).map(([name]) => fault('two-default-locations', at('locations', name, 'default'), `location ${name} is the default, and ${defaults[0]?.[0] ?? ''} is already`, 'keep default: true at one of them')),
    ...readOnly.map(([name]) => fault('read-only-location', at('locations', name, 'accessMode'), `location ${name} is the default and ReadOnly, so backups that name no location fail`, 'make another one the default')),
  ]
})

function namesOf(locations: readonly (readonly [string, unknown])[]): string {
  return locations.map(([name]) => name).join(', ')
}

/** Velero refuses a bucket that holds what it does not know, other locations' folders included (its IsValid looks at the top). */
export const bucketsAreApart: Check = ofVelero((velero) => {
  const locations = locationsOf(velero).flatMap(([name, location]) => placeOf(name, location))
  return locations.flatMap((one, index) => {
    const other = locations.slice(0, index).find(({ store, prefix }) => store === one.store && (inside(prefix, one.prefix) || inside(one.prefix, prefix)))
    if (other === undefined) return []
    const same = other.prefix === one.prefix
    const what = same ? `location ${one.name} has the same bucket and prefix as ${other.name}` : `of the locations ${other.name} and ${one.name} one lies inside the other, in bucket ${one.bucket}`
    return [fault('bucket-used-twice', at('locations', one.name, same ? 'bucket' : 'prefix'), `${what}; each would take the other’s backups for its own, or refuse the bucket`, 'give each a prefix of its own, side by side')]
  })
})

interface BucketPlace {
  readonly name: string
  readonly bucket: string
  readonly store: string
  readonly prefix: string
}

function placeOf(name: string, { provider, bucket, prefix = '', config = {} }: DraftLocation): readonly BucketPlace[] {
  if (bucket === undefined || provider === undefined) return []
  const endpoint = hostOf(config['s3Url']) ?? config['storageAccount'] ?? ''
  return [{ name, bucket, store: [knownProvider(provider) ?? provider, endpoint, bucket].join('\0'), prefix: prefix.replaceAll(/^\/+|\/+$/g, '') }]
}

function inside(outer: string, inner: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`)
}

/** A key that the plugin does not know makes the location unavailable. */
export const configKeysAreKnown: Check = ofVelero((velero) => {
  const of = (section: 'locations' | 'snapshotLocations', known: typeof locationConfigKeys): readonly Fault[] =>
    Object.entries(velero[section] ?? {}).flatMap(([name, location]) => {
      const provider = knownProvider(location?.provider)
      if (provider === undefined) return []
      return Object.keys(location?.config ?? {})
        .filter((key) => !known[provider].includes(key))
        .map((key) => warning('unknown-location-config', at(section, name, 'config', key), `the plugin for ${provider} does not know the key ${JSON.stringify(key)} of location ${name}, and refuses the location for it`, didYouMean(key, known[provider])))
    })
  return [...of('locations', locationConfigKeys), ...of('snapshotLocations', snapshotConfigKeys)]
})

/** What a provider cannot do without. */
export const locationsAreComplete: Check = ofVelero((velero) =>
  locationsOf(velero).flatMap(([name, location]): readonly Fault[] => {
    const { config = {}, provider, region } = location
    if (isForeignS3(provider, config) && (region ?? config['region']) === undefined) {
      return [warning('location-without-region', at('locations', name), `location ${name} has no region, and only Amazon’s own S3 can be asked for it`, 'add region; where the store knows none, its documents say which word stands for it (garage, us-east-1, minio)')]
    }
    if (knownProvider(provider) === 'azure' && config['storageAccount'] === undefined) {
      return [fault('location-lacks-config', at('locations', name, 'config'), `location ${name} names no storage account`, 'add config.storageAccount, and config.resourceGroup')]
    }
    return region !== undefined && config['region'] !== undefined && config['region'] !== region
      ? [fault('conflicting-fields', at('locations', name, 'region'), `location ${name} has the region ${region} and, in config, ${config['region']}`, 'keep one')]
      : []
  }),
)

/** The objects of a backup, Secrets among them, are not encrypted by Velero. */
export const locationsAreReachedInPrivate: Check = ofVelero((velero) =>
  locationsOf(velero).flatMap(([name, { config = {} }]) => [
    ...(config['s3Url']?.startsWith('http://') === true ? [warning('location-unencrypted', at('locations', name, 'config', 's3Url'), `location ${name} is reached without TLS: backups hold every Secret of the cluster in plain text`, 'write https://, with caCert where the certificate is your own')] : []),
    ...(config['insecureSkipTLSVerify'] === 'true' ? [warning('location-unencrypted', at('locations', name, 'config', 'insecureSkipTLSVerify'), `the certificate of location ${name} is not verified: anybody between the cluster and the store can read every Secret of the cluster`, 'set caCert')] : []),
  ]),
)
