/** Stands in for Velero's server: where its Deployment is and can start, it looks after locations, schedules and backups of that namespace. */
import { velero } from '../cluster-api.ts'
import { settleBackup } from './backups.ts'
import { settleLocation } from './locations.ts'
import type { VeleroParts } from './parts.ts'
import { settleSchedule } from './schedules.ts'
import { serversOf } from './server.ts'

export async function veleroRound(parts: VeleroParts): Promise<void> {
  const { api } = parts
  for (const server of await serversOf(api)) {
    for (const location of await api.list(velero.locations, server.namespace)) await settleLocation(parts, server, location)
    const backups = await api.list(velero.backups, server.namespace)
    for (const backup of backups) await settleBackup(parts, server, backup)
    for (const schedule of await api.list(velero.schedules, server.namespace)) await settleSchedule(parts, server, schedule, backups)
  }
}
