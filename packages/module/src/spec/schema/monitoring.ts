/** Monitors, alerts, dashboards. */
import * as z from 'zod'

export const monitoringSchema = z.looseObject({}).describe('Monitors, alerts, dashboards.')
