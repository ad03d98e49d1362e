import type { HelmRelease } from '@stowage/module'
import { expect, test } from 'vitest'
import { compareRelease, decideRelease } from './decide.ts'
import { upgradeArguments } from './helm.ts'
import type { InstalledRelease } from './helm.ts'

const release: HelmRelease = { id: 'helm/velero/velero', phase: 'velero', name: 'velero', namespace: 'velero', chart: { name: 'velero', repository: 'https://charts', version: '12.1.0' }, values: { a: { b: 1 } }, reason: 'makes backups', dependsOn: [], holdsData: false, losing: '', crds: [] }
const installed = (rest: Partial<InstalledRelease> = {}): InstalledRelease => ({ status: 'deployed', revision: 3, chart: 'velero-12.1.0', values: { a: { b: 1 } }, updatedMs: Date.UTC(2026, 0, 1), ...rest })
const ours = { ours: true, adopt: false }
const theirs = { ours: false, adopt: false }
const seen = (...args: Parameters<typeof decideRelease>): string => {
  const { state, message } = decideRelease(...args)
  return `${state}: ${message}`
}

test.each<[string, InstalledRelease | undefined, typeof ours, RegExp]>([
  ['not there', undefined, ours, /^needed: is not installed yet: velero 12\.1\.0/],
  ['taken away with its history kept', installed({ status: 'uninstalled' }), ours, /^needed: is not installed yet/],
  ['as planned', installed(), ours, /^done: velero 12\.1\.0 is installed as planned$/],
  ['as planned, by others', installed(), theirs, /^done: .*by somebody else: it is adopted$/],
  ['as planned, with a v before its version', installed({ chart: 'velero-v12.1.0' }), ours, /^done/],
  ['older', installed({ chart: 'velero-11.0.0' }), ours, /^needed: chart velero-11\.0\.0 becomes velero-12\.1\.0: release velero is upgraded/],
  ['newer', installed({ chart: 'velero-12.2.0' }), ours, /^needed: .*goes back from 12\.2\.0 to 12\.1\.0/],
  ['of other values', installed({ values: { a: { b: 2, secret: 'canary' } } }), ours, /^needed: values differ in a\.b, a\.secret/],
  ['of other values, by others', installed({ values: {} }), theirs, /^blocked: release velero\/velero was installed by somebody else \(revision 3\): values differ in a\..*--adopt helm\/velero\/velero/],
  ['of other values, by others, adopted', installed({ values: {} }), { ours: false, adopt: true }, /^needed/],
  ['of another chart', installed({ chart: 'velero-ui-0.3.0' }), ours, /^blocked: .*is of another chart, velero-ui-0\.3\.0, and the plan wants velero/],
  ['failed', installed({ status: 'failed' }), ours, /^needed: its last change ended as failed \(revision 3\)/],
  ['failed, of others', installed({ status: 'failed' }), theirs, /^blocked: .*ended as failed/],
  ['being uninstalled', installed({ status: 'uninstalling' }), ours, /^blocked: .*is being uninstalled/],
  ['pending', installed({ status: 'pending-upgrade' }), ours, /^needed: is in pending-upgrade since 2026-01-01T00:00:00\.000Z/],
  ['pending, of others', installed({ status: 'pending-install' }), { ours: false, adopt: true }, /^blocked: .*not by Stowage/],
])('a release that is %s', (_, found, standing, expected) => {
  expect(seen(release, found, standing)).toMatch(expected)
  expect(seen(release, found, standing)).not.toContain('canary')
})

test('a null in values counts, since it takes a default of the chart away; another order of keys does not', () => {
  const compare = (values: Readonly<Record<string, unknown>>, there: Readonly<Record<string, unknown>>): readonly string[] => compareRelease({ ...release, values }, installed({ values: there })).fields.map(({ field }) => field)
  expect(compare({ a: null }, {})).toEqual(['values.a'])
  expect(compare({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toEqual([])
})

test('what the plan does not set is not shown: somebody may have put a password there', () => {
  const { fields } = compareRelease({ ...release, values: { level: 'INFO', all: 'x' } }, installed({ values: { level: 'DEBUG', password: 'canary', all: { key: 'canary' } } }))
  expect(fields).toEqual([{ field: 'values.level', before: 'DEBUG', after: 'INFO' }, { field: 'values.password', before: '(not shown)' }, { field: 'values.all', before: '(not shown)', after: 'x' }])
})

test('a chart whose name holds dashes and digits is known by its planned name', () => {
  const chart = { name: 'csi-driver-nfs', repository: 'r', version: '4.13.4' }
  expect(decideRelease({ ...release, chart }, installed({ chart: 'csi-driver-nfs-4.13.4' }), ours).state).toBe('done')
  expect(decideRelease({ ...release, chart: { ...chart, name: 'k8s-2-x' } }, installed({ chart: 'k8s-2-x-4.13.4' }), ours).state).toBe('done')
})

test('helm is given an OCI chart by its whole reference, any other by name and repository', () => {
  const values = '/private/values.json'
  expect(upgradeArguments(release, values, 90_500)).toEqual(['upgrade', '--install', 'velero', 'velero', '--repo', 'https://charts', '--namespace', 'velero', '--version', '12.1.0', '--values', values, '--reset-values', '--wait', '--timeout', '91s'])
  expect(upgradeArguments({ ...release, chart: { ...release.chart, repository: 'oci://ghcr.io/x/charts/' } }, values, 1_000)).toContain('oci://ghcr.io/x/charts/velero')
})
