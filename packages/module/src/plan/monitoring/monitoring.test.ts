import { monitoringSchemas } from '@stowage/wire/schemas/monitoring'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../plan-storage.ts'
import type { Plan } from '../plan.ts'
import { staleAfterSeconds } from './backup-rules.ts'

const base = { backends: { disk: { local: { path: '/data' } } }, classes: { dirs: { backend: 'disk' } } }
const velero = {
  velero: {
    enableSnapshotBackups: false,
    enableFilesystemBackups: true,
    repositoryPassword: { existing: true },
    locations: { default: { provider: 'aws', bucket: 'backups', default: true, region: 'eu-central-1', credential: { name: 's3', key: 'cloud' } } },
    schedules: { nightly: { schedule: '17 0 * * *', ttl: '192h' }, weekly: { schedule: '47 1 * * 0', ttl: '840h' } },
  },
}

function planOf(spec: object): Plan {
  const { spec: resolved, findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...base, ...spec } })
  if (resolved === undefined) throw new Error(JSON.stringify(findings, undefined, 1))
  return planStorage(resolved)
}

interface Rule {
  readonly alert: string
  readonly expr: string
}

function rulesOf(plan: Plan): readonly Rule[] {
  const found = plan.objects.find(({ object }) => object.kind === 'PrometheusRule')?.object
  const { groups } = JSON.parse(JSON.stringify(found?.['spec'] ?? { groups: [] }))
  return groups.flatMap(({ rules }: { readonly rules: readonly Rule[] }) => rules)
}

test.each([
  ['17 0 * * *', 26 * 3600],
  ['47 1 * * 0', (7 * 24 + 2) * 3600],
  ['0 */6 * * *', 8 * 3600],
  ['@every 1h', 3 * 3600],
])('a backup of schedule %s is late after %i seconds', (schedule, seconds) => {
  expect(staleAfterSeconds({ schedule })).toBe(seconds)
})

test('each schedule has a bound of its own, and an alert when nothing is known of it', () => {
  const rules = rulesOf(planOf({ backup: velero, monitoring: { alerts: true } }))
  expect(rules.filter(({ alert }) => alert === 'StorageBackupStale').map(({ expr }) => expr)).toEqual([
    'time() - velero_backup_last_successful_timestamp{schedule="nightly"} > 93600',
    'time() - velero_backup_last_successful_timestamp{schedule="weekly"} > 612000',
  ])
  expect(rules.filter(({ alert }) => alert === 'StorageBackupUnknown').map(({ expr }) => expr)).toEqual([
    'absent(velero_backup_last_successful_timestamp{schedule="nightly"})',
    'absent(velero_backup_last_successful_timestamp{schedule="weekly"})',
  ])
})

test('no rule reads the figure that Velero sets to 1 whatever happened', () => {
  expect(JSON.stringify(planOf({ backup: velero, monitoring: { alerts: true, dashboards: true } }))).not.toContain('velero_backup_last_status')
})

test('without backups there are no rules about them, and without alerts none at all', () => {
  expect(rulesOf(planOf({ monitoring: { alerts: true } })).map(({ alert }) => alert).filter((alert) => alert.includes('Backup'))).toEqual([])
  expect(planOf({ monitoring: { alerts: false } }).objects.some(({ phase }) => phase === 'monitoring')).toBe(false)
})

test('what the Prometheus operator brings must be there before, each definition once; nothing when nothing is of it', () => {
  const definitions = (spec: object): readonly string[] => planOf(spec).needs.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name)
  expect(definitions({ backup: velero, monitoring: { alerts: true, serviceMonitors: true } })).toEqual(['servicemonitors.monitoring.coreos.com', 'podmonitors.monitoring.coreos.com', 'prometheusrules.monitoring.coreos.com'])
  expect(definitions({ monitoring: { alerts: false, dashboards: true } })).toEqual([])
})

test('monitors carry the labels that Prometheus selects by, in the namespace that is asked for', () => {
  const plan = planOf({ backup: velero, monitoring: { serviceMonitors: true, namespace: 'monitoring', labels: { release: 'kps' } } })
  expect(plan.objects.filter(({ phase }) => phase === 'monitoring').map(({ object }) => object)).toMatchObject([
    { kind: 'ServiceMonitor', metadata: { namespace: 'monitoring', labels: { release: 'kps' } }, spec: { namespaceSelector: { matchNames: ['velero'] } } },
    { kind: 'PodMonitor', metadata: { namespace: 'monitoring', labels: { release: 'kps' } } },
  ])
  expect(plan.needs).toContainEqual(expect.objectContaining({ kind: 'Namespace', name: 'monitoring' }))
})

test('dashboards are JSON that Grafana’s sidecar finds, and no two panels overlap', () => {
  const maps = planOf({ backup: velero, monitoring: { dashboards: true } }).objects.filter(({ phase }) => phase === 'monitoring')
  expect(maps.map(({ object }) => object.metadata.labels?.['grafana_dashboard'])).toEqual(['1', '1'])
  for (const { object } of maps) {
    const [text] = Object.values(Object(object['data']))
    const { panels } = JSON.parse(String(text))
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: { gridPos: Record<'x' | 'y' | 'w' | 'h', number> }) => Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`))
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.every(({ gridPos: { x, w } }: { gridPos: { x: number; w: number } }) => x + w <= 24)).toBe(true)
  }
})

test('every monitor and rule is what the Prometheus operator’s own schema takes, no field more', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const kinds = { ServiceMonitor: monitoringSchemas.servicemonitor_v1, PodMonitor: monitoringSchemas.podmonitor_v1, PrometheusRule: monitoringSchemas.prometheusrule_v1 }
  const made = planOf({ backup: velero, monitoring: { alerts: true, labels: { release: 'kps' } } }).objects.filter(({ phase }) => phase === 'monitoring')
  expect(made.map(({ object }) => object.kind)).toEqual(['ServiceMonitor', 'PodMonitor', 'PrometheusRule'])
  for (const { object } of made) {
    const schema = kinds[z.enum(['ServiceMonitor', 'PodMonitor', 'PrometheusRule']).parse(object.kind)]
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema, withoutRe2)))
    expect([validate(object), validate.errors], object.kind).toEqual([true, null])
    expect(validate({ ...object, spec: { ...Object(object['spec']), typo: 1 } })).toBe(false)
  }
})

/** `(?i)` is RE2's, and no regular expression here. */
function withoutRe2(key: string, value: unknown): unknown {
  return key === 'pattern' && typeof value === 'string' && value.includes('(?i)') ? undefined : value
}
