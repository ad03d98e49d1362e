/** Backups with Velero, their password by reference: what comes from elsewhere, GitOps cannot deliver. */
import * as fc from 'fast-check'
import type { DeclaredSpec } from '../../src/spec/schema/declaration.ts'
import { flag, given, maybe } from './words.ts'

type Velero = NonNullable<NonNullable<DeclaredSpec['backup']>['velero']>

const location = fc.constantFrom<Velero['locations']>(
  { garage: { provider: 'aws', bucket: 'velero', region: 'garage', config: { s3Url: 'https://s3.example:3900', s3ForcePathStyle: 'true', checksumAlgorithm: '' }, credential: { name: 'garage', key: 'cloud' } } },
  { azure: { provider: 'azure', bucket: 'velero', config: { storageAccount: 'backups', resourceGroup: 'home' }, credential: { name: 'azure', key: 'cloud' } } },
)
const schedules = fc.constantFrom<Velero['schedules']>('gfs', { daily: { schedule: '17 3 * * *', ttl: '720h' } }, { hourly: { schedule: '5 * * * *', ttl: '48h', includedNamespaces: ['immich', 'team-*'] } })
const hooks = fc.constant<Velero['hooks']>({ postgres: { includedNamespaces: ['db'], pre: [{ command: ['/bin/sh', '-c', 'psql -c "CHECKPOINT" # {{ now }}'] }] } })

export const arbitraryBackup: fc.Arbitrary<NonNullable<DeclaredSpec['backup']>> = fc
  .record({
    locations: location,
    schedules: maybe(schedules),
    enableFilesystemBackups: flag,
    hooks: maybe(hooks),
    metrics: flag,
    repositoryPassword: fc.constantFrom<Velero['repositoryPassword']>({ existing: true }, { externalSecret: { store: { name: 'vault' }, key: 'stowage/velero' } }),
    exclusions: maybe(fc.constant<Velero['exclusions']>({ cache: { namespace: 'cache', reason: 'it can be made again' } })),
  })
  .map((velero) => ({ velero: given(velero) }))
