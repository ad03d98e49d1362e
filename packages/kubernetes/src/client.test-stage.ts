import { textResponse } from '@stowage/effects'
import type { HttpRequest, HttpResponse } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { KubernetesClient } from './client.ts'
import type { ClientConfig } from './transport.ts'

export interface KubernetesClientFixture {
  readonly client: KubernetesClient
  readonly world: VirtualWorld
  /** `GET /api/v1/…`, without the query. */
  readonly seen: string[]
  readonly requests: HttpRequest[]
  answer(call: string, handler: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>): void
}

const server = 'https://10.0.0.1:6443'

export function json(status: number, value: unknown): HttpResponse {
  return textResponse(status, JSON.stringify(value), { 'content-type': 'application/json' })
}

/** A client in virtual time before a server whose answers the test gives; claims are discovered, anything else is 404. */
export function stage(body: (fixture: KubernetesClientFixture) => Promise<void>, config: Partial<ClientConfig> = {}): Promise<void> {
  const world = new VirtualWorld({ seed: 'kubernetes' })
  const { effects } = world.process('main')
  const seen: string[] = []
  const requests: HttpRequest[] = []
  const answers = new Map<string, (request: HttpRequest) => HttpResponse | Promise<HttpResponse>>()
  answers.set('GET /api/v1', () => json(200, { resources: [{ name: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true }, { name: 'persistentvolumeclaims/status', kind: 'PersistentVolumeClaim', namespaced: true }] }))
  world.route(server, async (request) => {
    const call = `${request.method} ${new URL(request.url).pathname}`
    seen.push(call)
    requests.push(request)
    return (await answers.get(call)?.(request)) ?? json(404, { kind: 'Status', reason: 'NotFound', message: 'the server could not find the requested resource' })
  })
  const client = new KubernetesClient({ server, http: effects.http, clock: effects.clock, ...config })
  return world.run(() => body({ client, world, seen, requests, answer: (call, handler) => answers.set(call, handler) }), { guard: true })
}
