/** Holds the keys of the pinned charts by hash, and to what is known of the charts. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { chartKeys, chartSources, isPinnedChart } from './charts.ts'

test.each(Object.entries(chartSources))('the keys of %s are what they were', (chart, { sha256 }) => {
  const bytes = readFileSync(new URL(`data/charts/${chart}.json`, import.meta.url))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
})

const has = (chart: keyof typeof chartSources, path: string): boolean => {
  let keys: unknown = chartKeys[chart]
  for (const part of path.split('.')) {
    if (typeof keys !== 'object' || keys === null || !Object.hasOwn(keys, part)) return false
    keys = Reflect.get(keys, part)
  }
  return true
}

test('a key that stands in the values is known, and so is one that stands there commented out', () => {
  expect(has('velero', 'configuration.features')).toBe(true)
  expect(has('velero', 'image.digest')).toBe(true)
  expect(has('velero', 'metrics.serviceMonitor.tlsConfig')).toBe(true)
  expect(has('csi-driver-nfs', 'volumeSnapshotClass.annotations')).toBe(true)
  expect(has('rook-ceph', 'csi.installCsiOperator')).toBe(true)
})

test('three keys that were seen in the wild and that nothing reads are not known', () => {
  for (const key of ['uploaderConfig', 'backupRepositoryConfigMap', 'repoMaintenanceJobConfigMap']) expect(has('velero', `configuration.${key}`)).toBe(false)
})

test('a chart that is not pinned is none', () => {
  expect(isPinnedChart('velero')).toBe(true)
  expect(isPinnedChart('toString')).toBe(false)
})
