/** What client-go's event recorder does: the same about the same object is one event, counted. */
import type { Clock } from '@stowage/effects'
import { numberAt, textAt } from './json.ts'
import type { JsonObject } from './json.ts'
import type { Requests } from './requests.ts'

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export function recordEvent(requests: Requests, clock: Clock, component: string, about: JsonObject, text: EventText): void {
  const resource = requests.resource('events')
  const namespace = textAt(about, 'metadata', 'namespace') || 'default'
  const uid = textAt(about, 'metadata', 'uid')
  const known = requests.list(resource, namespace, {}).find(each => isSame(each, component, uid, text))
  if (known !== undefined) {
    const count = (numberAt(known, 'count') ?? 1) + 1
    requests.update(resource, namespace, { ...known, count, lastTimestamp: requests.now() }, { fieldManager: component })
    return
  }
  const name = `${textAt(about, 'metadata', 'name')}.${Math.floor(clock.now() * 1e6).toString(16)}${requests.revision.toString(16).padStart(4, '0')}`
  requests.create(resource, namespace, eventObject(requests.now(), name, namespace, component, about, text), { fieldManager: component })
}

function isSame(event: JsonObject, component: string, uid: string, text: EventText): boolean {
  return (
    textAt(event, 'involvedObject', 'uid') === uid &&
    textAt(event, 'reason') === text.reason &&
    textAt(event, 'message') === text.message &&
    textAt(event, 'type') === text.type &&
    textAt(event, 'source', 'component') === component
  )
}

function eventObject(now: string, name: string, namespace: string, component: string, about: JsonObject, text: EventText): JsonObject {
  const of = objectReference(about)
  return {
    metadata: { name, namespace },
    involvedObject: of,
    reason: text.reason,
    message: text.message,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type: text.type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: '',
  }
}

function objectReference(about: JsonObject): JsonObject {
  const namespace = textAt(about, 'metadata', 'namespace')
  return {
    kind: textAt(about, 'kind'),
    ...(namespace === '' ? {} : { namespace }),
    name: textAt(about, 'metadata', 'name'),
    uid: textAt(about, 'metadata', 'uid'),
    apiVersion: textAt(about, 'apiVersion'),
    resourceVersion: textAt(about, 'metadata', 'resourceVersion'),
  }
}
