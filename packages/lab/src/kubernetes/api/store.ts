import type { Clock, Random } from '@stowage/effects'
import type { Api } from './api.ts'
import type { JsonObject } from './json.ts'
import { EventRecorder } from './event-recorder.ts'
import { makeClient } from './client.ts'
import { startDefinitionControllers } from './definitions/controllers.ts'
import { Requests } from './requests.ts'

export interface StoreOptions {
  readonly clock: Clock
  readonly random: Random
}

/** The lab's API server without its HTTP face. Starts with the namespaces default, kube-node-lease, kube-public, kube-system. */
export interface Store {
  /** `userAgent` is the default field manager of what this client writes. */
  client(userAgent: string): Api
  /** The same calls in terms of JSON, as the HTTP face makes them. */
  readonly requests: Requests
  /** An object's JSON; made once for each version of it. */
  json(object: JsonObject): string
  readonly clock: Clock
  readonly random: Random
}

export function createStore(options: StoreOptions): Store {
  const requests = new Requests(options.clock, options.random.fork('kubernetes-api'))
  const parts = { requests, clock: options.clock, latency: options.random.fork('kubernetes-watch'), recorder: new EventRecorder(requests, options.clock) }
  const client = (userAgent: string): Api => makeClient(parts, userAgent)
  const boot = client('kube-apiserver')
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    boot.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  startDefinitionControllers(requests, options.clock)
  const texts = new WeakMap<JsonObject, string>()
  const json = (object: JsonObject): string => {
    let text = texts.get(object)
    if (text === undefined) texts.set(object, (text = JSON.stringify(object)))
    return text
  }
  return { client, requests, json, clock: options.clock, random: options.random }
}
