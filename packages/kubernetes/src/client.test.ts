import type { HttpResponse } from '@stowage/effects'
import { expect, test } from 'vitest'
import { json, stage } from './client.test-stage.ts'

const pvc = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data' }

const status = (code: number, reason: string, message: string, details: object = {}): HttpResponse =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details })

test('an object is asked for at the path that discovery gives', () =>
  stage(async ({ client, seen, answer }) => {
    answer('GET /api/v1/namespaces/default/persistentvolumeclaims/data', () => json(200, { metadata: { name: 'data' } }))
    expect(await client.get(pvc)).toEqual({ metadata: { name: 'data' } })
    await client.get(pvc)
    expect(seen.filter((line) => line === 'GET /api/v1')).toHaveLength(1)
  }))

test('what is not there is undefined for find and not-found, in the server\'s words, for get', () =>
  stage(async ({ client, answer }) => {
    answer('GET /api/v1/namespaces/default/persistentvolumeclaims/data', () => status(404, 'NotFound', 'persistentvolumeclaims "data" not found'))
    expect(await client.find(pvc)).toBeUndefined()
    await expect(client.get(pvc)).rejects.toMatchObject({ kind: 'not-found', message: 'cannot get PersistentVolumeClaim default/data: persistentvolumeclaims "data" not found' })
  }))

test('a kind that the cluster lacks is not-found, and is found once it is installed', () =>
  stage(async ({ client, answer }) => {
    await expect(client.get({ apiVersion: 'v1', kind: 'Snapshot', name: 'a' })).rejects.toThrow('install its CustomResourceDefinition')
    answer('GET /api/v1', () => json(200, { resources: [{ name: 'snapshots', kind: 'Snapshot', namespaced: false }] }))
    answer('GET /api/v1/snapshots/a', () => json(200, { metadata: { name: 'a' } }))
    expect(await client.get({ apiVersion: 'v1', kind: 'Snapshot', name: 'a' })).toEqual({ metadata: { name: 'a' } })
  }))

test('each refusal has the kind that says what to do', () =>
  stage(async ({ client, answer }) => {
    const path = 'GET /api/v1/namespaces/default/persistentvolumeclaims/data'
    const rows = [
      [401, 'Unauthorized', 'Unauthorized', 'denied'],
      [403, 'Forbidden', 'persistentvolumeclaims "data" is forbidden: User "x" cannot get', 'denied'],
      [403, 'Forbidden', 'persistentvolumeclaims "data" is forbidden: exceeded quota: storage', 'exhausted'],
      [403, 'Forbidden', 'unable to create new content in namespace x because it is being terminated', 'precondition'],
      [409, 'AlreadyExists', 'already exists', 'exists'],
      [409, 'Conflict', 'the object has been modified', 'busy'],
      [410, 'Expired', 'too old resource version', 'precondition'],
      [422, 'Invalid', 'spec is immutable after creation', 'invalid'],
      [500, 'InternalError', 'etcd lost', 'internal'],
    ] as const
    for (const [code, reason, message, kind] of rows) {
      answer(path, () => status(code, reason, message))
      await expect(client.get(pvc), message).rejects.toMatchObject({ kind, message: expect.stringContaining(message) })
    }
    answer(path, () => status(409, 'Conflict', 'Apply failed with 1 conflict', { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec' }] }))
    await expect(client.get(pvc)).rejects.toMatchObject({ kind: 'precondition', details: { causes: [{ field: '.spec' }] } })
  }))

test('a list is fetched in chunks, its items carry their kind, and an expired chunk begins again', () =>
  stage(async ({ client, answer, seen }) => {
    let expired = true
    answer('GET /api/v1/persistentvolumeclaims', ({ url }) => {
      const { searchParams } = new URL(url)
      if (searchParams.get('limit') === null) return json(200, { metadata: { resourceVersion: '9' }, items: [{ metadata: { name: 'all' } }] })
      if (searchParams.get('continue') === null) return json(200, { metadata: { resourceVersion: '5', continue: 'more' }, items: [{ metadata: { name: 'a' } }] })
      if (expired) return status(410, 'Expired', 'The provided continue parameter is too old')
      return json(200, { metadata: { resourceVersion: '5' }, items: [{ metadata: { name: 'b' } }] })
    })
    const kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
    expect(await client.list(kind)).toMatchObject({ items: [{ kind: 'PersistentVolumeClaim', metadata: { name: 'all' } }], resourceVersion: '9' })
    expired = false
    const { items } = await client.list(kind)
    expect(items.map((item) => item.metadata?.name)).toEqual(['a', 'b'])
    expect(seen.some((line) => line.includes('persistentvolumeclaims'))).toBe(true)
  }))

test('a read is repeated through broken connections; a write only when nothing reached the server', () =>
  stage(async ({ client, world, answer, seen }) => {
    await client.resource(pvc)
    const path = '/api/v1/namespaces/default/persistentvolumeclaims'
    answer(`GET ${path}/data`, () => json(200, {}))
    answer(`POST ${path}`, () => json(201, {}))
    const broken = (fates: readonly ('refuse' | 'lose-answer')[]): void => {
      const left = [...fates]
      world.faults.http = () => left.shift() ?? 'deliver'
    }
    broken(['lose-answer', 'refuse', 'lose-answer'])
    await client.get(pvc)
    const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default' } }
    broken(['refuse', 'refuse'])
    await client.create(object)
    seen.length = 0
    broken(['lose-answer'])
    await expect(client.create(object)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(seen).toEqual([`POST ${path}`])
  }))

test('a server that asks for patience is given it, also for writes', () =>
  stage(async ({ client, world, answer }) => {
    let asked = 0
    answer('DELETE /api/v1/namespaces/default/persistentvolumeclaims/data', () =>
      ++asked === 1 ? { ...status(429, 'TooManyRequests', 'slow down'), headers: { 'retry-after': '3' } } : json(200, {}),
    )
    const start = world.elapsed()
    await client.remove(pvc)
    expect(world.elapsed() - start).toBeGreaterThan(3_000)
    answer('DELETE /api/v1/namespaces/default/persistentvolumeclaims/data', () => status(503, 'ServiceUnavailable', 'etcd is down'))
    await expect(client.remove(pvc)).rejects.toMatchObject({ kind: 'unavailable' })
  }))

test('a server that says nothing is unavailable after the deadline', () =>
  stage(async ({ client, world }) => {
    world.faults.http = () => 'silence'
    const start = world.elapsed()
    await expect(client.get(pvc, { timeoutMs: 5_000 })).rejects.toMatchObject({ kind: 'unavailable' })
    expect(world.elapsed() - start).toBeLessThan(31_000)
  }))

test('writes name the field manager, and apply and dry-run say so', () =>
  stage(async ({ client, answer, requests }) => {
    answer('PATCH /api/v1/namespaces/default/persistentvolumeclaims/data', () => json(200, {}))
    const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default' } }
    await client.apply(object, { force: true, dryRun: true })
    await client.patch(pvc, { type: 'json', operations: [{ op: 'remove', path: '/metadata/labels' }] })
    const [applied, patched] = requests.filter(({ method }) => method === 'PATCH')
    expect(Object.fromEntries(new URL(applied?.url ?? '').searchParams)).toEqual({ fieldManager: 'stowage', fieldValidation: 'Strict', dryRun: 'All', force: 'true' })
    expect(applied?.headers?.['content-type']).toBe('application/apply-patch+yaml')
    expect([patched?.headers?.['content-type'], Buffer.from(patched?.body ?? '').toString()]).toEqual(['application/json-patch+json', '[{"op":"remove","path":"/metadata/labels"}]'])
  }))

test('a token is asked for each time', () =>
  stage(
    async ({ client, answer, requests }) => {
      answer('GET /version', () => json(200, { gitVersion: 'v1.36.3' }))
      await client.version()
      await client.version()
      expect(requests.map(({ headers }) => headers?.['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2'])
    },
    (() => {
      let count = 0
      return { token: async () => `token-${++count}` }
    })(),
  ))
