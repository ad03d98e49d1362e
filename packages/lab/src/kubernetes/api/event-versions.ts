/** core/v1 and events.k8s.io/v1 Events are one kind under two names: kept as core's, seen as asked. pkg/apis/events/v1/conversion.go. */
import type { Json, JsonObject } from './json.ts'
import type { Resource } from './resources.ts'
import { resourceName } from './resources.ts'

/** Field of events.k8s.io/v1 → field of core/v1. */
const coreNames: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
}
const newNames = Object.fromEntries(Object.entries(coreNames).map(([name, core]) => [core, name]))

export function isNewEvent(resource: Resource): boolean {
  return resourceName(resource) === 'events.events.k8s.io'
}

function renamed(event: JsonObject, names: Readonly<Record<string, string>>, apiVersion: string): JsonObject {
  const entries = Object.entries(event).map(([key, value]): [string, Json] => [names[key] ?? key, value])
  return Object.freeze({ ...Object.fromEntries(entries), apiVersion })
}

export function toCoreEvent(event: JsonObject): JsonObject {
  return renamed(event, coreNames, 'v1')
}

export function toNewEvent(event: JsonObject): JsonObject {
  return renamed(event, newNames, 'events.k8s.io/v1')
}
