/** The same operations over real sockets: what passes in virtual time must pass on a real port. */
import { listenHttp, realEffects } from '@stowage/effects/real'
import { KubernetesClient, follow, waitFor } from '@stowage/kubernetes'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import type { Store } from '@stowage/lab/kubernetes/api/store'
import { applyPlan, observe, statusOf } from '@stowage/operations'
import { expect, test } from 'vitest'

async function onSockets(body: (client: KubernetesClient, store: Store, close: () => Promise<void>) => Promise<void>): Promise<void> {
  const effects = realEffects()
  const store = createStore(effects)
  const server = await listenHttp(createApiHandler(store))
  try {
    await body(new KubernetesClient({ server: server.url, http: effects.http, clock: effects.clock }), store, server.close)
  } finally {
    await server.close()
    effects.close()
  }
}

const configMap = (name: string): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })

test('a plan is applied and a second run changes nothing, over a real port', () =>
  onSockets(async (client) => {
    const plan = { name: 'small', namespace: 'default', objects: ['a', 'b', 'c'].map((name) => ({ id: name, reason: 'a test', object: configMap(name) })) }
    expect(await applyPlan(plan, { client })).toMatchObject({ ok: true })
    expect(await applyPlan(plan, { client })).toMatchObject({ ok: true, changed: [] })
  }))

test('changes are followed as they happen, and leaving ends the watch', () =>
  onSockets(async (client, store) => {
    const seen: string[] = []
    const api = store.client('someone')
    for await (const change of follow(client, { apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' })) {
      seen.push(change.type === 'snapshot' ? 'snapshot' : `${change.type} ${change.object.metadata?.name}`)
      if (change.type === 'snapshot') api.create('configmaps', configMap('late'))
      if (change.type === 'added') api.delete('configmaps', 'late', 'default')
      if (change.type === 'deleted') break
    }
    expect(seen).toEqual(['snapshot', 'added late', 'deleted late'])
  }))

test('a server that goes away in a watch is an end, not a hang', () =>
  onSockets(async (client, store, close) => {
    const stop = new AbortController()
    const waiting = waitFor(client, { ...configMap('never'), name: 'never', namespace: 'default' }, stop.signal, (found) => found)
    waiting.catch(() => {})
    await client.clock.sleep(200)
    await close()
    await expect(client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }, { timeoutMs: 3_000 })).rejects.toMatchObject({ kind: 'unavailable' })
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    expect(store.client('looker').get('namespaces', 'default')).toBeDefined()
  }))

test('a cluster is observed and its status is a table', () =>
  onSockets(async (client, store) => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'missing', resources: { requests: { storage: '1Gi' } } },
    }
    store.client('user').create('persistentvolumeclaims', claim)
    const status = statusOf(await observe(client))
    expect(status.rows).toMatchObject([{ claim: 'default/data', class: 'missing', status: 'Pending', problem: 'its StorageClass missing does not exist' }])
    expect(status.summary.unknown).toEqual([])
  }))
