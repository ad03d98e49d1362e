/** A Schedule's step: pkg/controller/schedule_controller.go of Velero v1.18. */
import { at, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { velero } from '../cluster-api.ts'
import { isDeleting, nameOf, namespaceOf, timeText, writeStatus } from '../objects.ts'
import { parseCron } from './cron.ts'
import type { VeleroParts } from './parts.ts'
import type { VeleroServer } from './server.ts'

const place = { kind: velero.schedules, subresource: false }
const scheduleLabel = 'velero.io/schedule-name'

export async function settleSchedule(parts: VeleroParts, server: VeleroServer, schedule: JsonObject, backups: readonly JsonObject[]): Promise<void> {
  if (at(schedule, 'spec', 'paused') === true || isDeleting(schedule)) return
  const skipping = await skipped(parts, server, schedule)
  const faults = faultsOf(textAt(skipping, 'spec', 'schedule'))
  const { validationErrors: _faults, ...before } = objectAt(skipping, 'status')
  const status = faults.length > 0 ? { ...before, phase: 'FailedValidation', validationErrors: faults } : { ...before, phase: 'Enabled' }
  await writeStatus(parts.api, place, skipping, status)
  if (faults.length === 0 && isDue(parts, skipping) && !isRunning(skipping, backups)) await submit(parts, skipping, status)
}

function faultsOf(expression: string): readonly string[] {
  if (expression === '') return ['Schedule must be a non-empty valid Cron expression']
  try {
    parseCron(expression)
    return []
  } catch (error) {
    return [`invalid schedule: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/** `skipImmediately` is carried out once, and then written as false. */
async function skipped({ api, now }: VeleroParts, server: VeleroServer, schedule: JsonObject): Promise<JsonObject> {
  const asked = at(schedule, 'spec', 'skipImmediately') ?? server.skipImmediately
  if (asked !== true) return schedule
  const change = { spec: { skipImmediately: false }, status: { lastSkipped: timeText(now()) } }
  return (await api.patch(velero.schedules, nameOf(schedule), namespaceOf(schedule), change)) ?? schedule
}

function isDue({ now, nextRun }: VeleroParts, schedule: JsonObject): boolean {
  const last = Date.parse(textAt(schedule, 'status', 'lastBackup') || textAt(schedule, 'metadata', 'creationTimestamp'))
  const passed = Date.parse(textAt(schedule, 'status', 'lastSkipped'))
  const next = nextRun(textAt(schedule, 'spec', 'schedule'), Number.isNaN(passed) ? last : Math.max(last, passed))
  return next !== undefined && now() > next
}

/** No two backups of a schedule at once. */
function isRunning(schedule: JsonObject, backups: readonly JsonObject[]): boolean {
  return backups.some((each) => textAt(each, 'metadata', 'labels', scheduleLabel) === nameOf(schedule) && ['', 'New', 'InProgress'].includes(textAt(each, 'status', 'phase')))
}

async function submit({ api, now }: VeleroParts, schedule: JsonObject, status: JsonObject): Promise<void> {
  const time = timeText(now())
  const template = objectAt(schedule, 'spec', 'template')
  const labels = Object.keys(objectAt(template, 'metadata', 'labels')).length > 0 ? objectAt(template, 'metadata', 'labels') : objectAt(schedule, 'metadata', 'labels')
  const annotations = objectAt(schedule, 'metadata', 'annotations')
  const metadata: Record<string, Json> = {
    name: `${nameOf(schedule)}-${time.replaceAll(/[-:TZ]/g, '')}`,
    namespace: namespaceOf(schedule),
    labels: { ...labels, [scheduleLabel]: nameOf(schedule) },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(at(schedule, 'spec', 'useOwnerReferencesInBackup') === true ? { ownerReferences: [ownerOf(schedule)] } : {}),
  }
  await api.create(velero.backups, { apiVersion: 'velero.io/v1', kind: 'Backup', metadata, spec: template })
  await writeStatus(api, place, { ...schedule, status }, { ...status, lastBackup: time })
}

function ownerOf(schedule: JsonObject): JsonObject {
  return { apiVersion: 'velero.io/v1', kind: 'Schedule', name: nameOf(schedule), uid: textAt(schedule, 'metadata', 'uid'), controller: true }
}
