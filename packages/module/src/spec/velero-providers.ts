/** What is known of Velero's object store providers: their plugins, and the keys of their locations' config. */

export const knownProviders = ['aws', 'azure', 'gcp'] as const
export type KnownProvider = (typeof knownProviders)[number]

/** `velero.io/aws` and `aws` are the same; undefined for a plugin of others. */
export function knownProvider(provider: string | undefined): KnownProvider | undefined {
  const name = provider?.replace(/^velero\.io\//, '')
  return knownProviders.find((known) => known === name)
}

/** Velero of the pinned chart 12.1.0 (1.18.1); plugins of the same release train go with it. */
export const veleroMinor = '1.18'

/** Plugin's minor → Velero's minor, from the compatibility tables of the three plugins' READMEs. They count together since 1.9. */
export const pluginGoesWith: Readonly<Record<string, string>> = { '1.9': '1.13', '1.10': '1.14', '1.11': '1.15', '1.12': '1.16', '1.13': '1.17', '1.14': '1.18' }

export const pluginImages: Readonly<Record<KnownProvider, string>> = {
  aws: 'velero/velero-plugin-for-aws:v1.14.2',
  azure: 'velero/velero-plugin-for-microsoft-azure:v1.14.0',
  gcp: 'velero/velero-plugin-for-gcp:v1.14.0',
}

/** Keys of spec.config of a BackupStorageLocation: backupstoragelocation.md of each plugin. Others are refused by it when it starts. */
export const locationConfigKeys: Readonly<Record<KnownProvider, readonly string[]>> = {
  aws: [
    'region', 's3ForcePathStyle', 's3Url', 'publicUrl', 'serverSideEncryption', 'kmsKeyId', 'customerKeyEncryptionFile', 'customerKeyEncryptionSecret', 'signatureVersion',
    'profile', 'insecureSkipTLSVerify', 'enableSharedConfig', 'tagging', 'checksumAlgorithm', 'credentialsFile',
  ],
  azure: ['resourceGroup', 'storageAccount', 'storageAccountKeyEnvVar', 'subscriptionId', 'storageAccountURI', 'useAAD', 'activeDirectoryAuthorityURI', 'blockSizeInBytes', 'credentialsFile', 'apiVersion'],
  gcp: ['kmsKeyName', 'serviceAccount', 'credentialsFile', 'universeDomain', 'storeEndpoint'],
}

export const snapshotConfigKeys: Readonly<Record<KnownProvider, readonly string[]>> = {
  aws: ['region', 'profile', 'enableSharedConfig', 'credentialsFile'],
  azure: ['resourceGroup', 'subscriptionId', 'apiTimeout', 'incremental', 'snapsIncrementalOnly', 'tags', 'credentialsFile', 'location'],
  gcp: ['snapshotLocation', 'project', 'volumeProject', 'snapshotType', 'credentialsFile'],
}

/** Host of a URL, with one spelling for each: no port, small letters, no dot at the end. Undefined when it is not a URL. */
export function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname.replace(/\.+$/, '') : undefined
}

/**
 * S3 that is not Amazon's: B2, RGW, MinIO, Garage… Since plugin 1.10 (aws-sdk-go-v2) an upload carries a CRC32 that most of them
 * refuse, unless checksumAlgorithm is empty (velero#7543, velero#8013).
 */
export function isForeignS3(provider: string | undefined, config: Readonly<Record<string, string | undefined>>): boolean {
  const host = hostOf(config['s3Url'])
  return knownProvider(provider) === 'aws' && host !== undefined && !/(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(host)
}
