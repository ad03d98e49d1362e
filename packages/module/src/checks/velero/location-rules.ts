import type { RuleExplanation } from '../rule-explanation.ts'

export const locationRules: Readonly<Record<string, RuleExplanation>> = {
  'backup-without-location': { means: 'Velero without a bucket.', why: 'No backup could be kept.', fix: 'Add locations.' },
  'no-default-location': { means: 'Several locations, and none is the default.', why: 'Backups that name none fail.', fix: 'Write default: true at one.' },
  'two-default-locations': { means: 'Two default locations.', why: 'Velero takes whichever it sees last.', fix: 'Keep one.' },
  'read-only-location': { means: 'Backups go to a location that is ReadOnly.', why: 'Each of them fails.', fix: 'Write to another one, or make it ReadWrite.' },
  'unknown-location': { means: 'A location that is not declared.', why: 'Each backup there fails validation.', fix: 'Write the name of an entry of locations.' },
  'bucket-used-twice': { means: 'Two locations in one folder, or one inside the other.', why: 'Each would take the other’s backups for its own, and delete what it believes expired; or Velero refuses the bucket for what it does not know.', fix: 'Give each a prefix of its own, side by side.' },
  'location-on-itself': { means: 'Backups lie on the storage that they protect.', why: 'What takes the one takes the other.', fix: 'Use an object store outside of the cluster and its storage.' },
  'invalid-store-url': { means: 'An s3Url that is no URL.', why: 'The location would be unavailable.', fix: 'Write https://host:port.' },
  'unknown-location-config': { means: 'A key that the provider’s plugin does not know.', why: 'It refuses the whole location for it.', fix: 'Write the key that is named, or remove it.' },
  'location-without-region': { means: 'A location of S3 that is not Amazon’s, without a region.', why: 'The plugin would ask Amazon where the bucket is.', fix: 'Add region.' },
  'location-lacks-config': { means: 'A location without what its provider needs.', why: 'It would be unavailable.', fix: 'Add what the message names.' },
  'location-unencrypted': { means: 'Backups travel in plain sight.', why: 'They hold every Secret of the cluster; Velero encrypts the data of volumes, not objects.', fix: 'Use https, with caCert for a certificate of your own.', acceptable: true },
  'provider-without-plugin': { means: 'A provider that no plugin serves.', why: 'The location would be unavailable for ever.', fix: 'Use aws for everything that speaks S3, or name the plugin’s image under plugins.' },
}
