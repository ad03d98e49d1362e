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

/** How many different events are remembered for counting; client-go's default. */
const remembered = 4_096

export class EventRecorder {
  readonly #requests: Requests
  readonly #clock: Clock
  /** What an event says about which object → its name. */
  readonly #names = new Map<string, string>()

  constructor(requests: Requests, clock: Clock) {
    this.#requests = requests
    this.#clock = clock
  }

  record(component: string, about: JsonObject, text: EventText): void {
    const requests = this.#requests
    const resource = requests.resource('events')
    const namespace = textAt(about, 'metadata', 'namespace') || 'default'
    const key = [component, namespace, textAt(about, 'metadata', 'uid'), text.type, text.reason, text.message].join('\u0000')
    const known = requests.find(resource, namespace, this.#names.get(key) ?? '')
    if (known !== undefined) {
      const count = (numberAt(known, 'count') ?? 1) + 1
      requests.update(resource, namespace, { ...known, count, lastTimestamp: requests.now() }, { fieldManager: component })
      return
    }
    const name = `${textAt(about, 'metadata', 'name')}.${Math.floor(this.#clock.now() * 1e6).toString(16)}${requests.revision.toString(16).padStart(4, '0')}`
    requests.create(resource, namespace, eventObject(requests.now(), name, namespace, component, about, text), { fieldManager: component })
    this.#remember(key, name)
  }

  #remember(key: string, name: string): void {
    this.#names.set(key, name)
    const oldest = this.#names.keys().next()
    if (this.#names.size > remembered && oldest.done !== true) this.#names.delete(oldest.value)
  }
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
