import { textResponse } from '@stowage/effects'
import { expect, test } from 'vitest'
import { traffic, warningsIn } from './traffic.ts'

test('every warning of a header is read, with what was quoted in it', () => {
  expect(warningsIn('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice", 299 - "unknown field \\"spec.x\\""')).toEqual(['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice', 'unknown field "spec.x"'])
  expect(warningsIn('')).toEqual([])
})

test('a read and a dry run are no writes, and each exchange is told once', async () => {
  const seen = traffic({ request: async () => textResponse(200, '{}', { warning: '299 - "old"' }) })
  await seen.http.request({ method: 'GET', url: 'https://k8s.example/api' })
  await seen.http.request({ method: 'PATCH', url: 'https://k8s.example/api/x?fieldManager=stowage&dryRun=All' })
  await seen.http.request({ method: 'DELETE', url: 'https://k8s.example/api/x' })
  expect(seen.take().map(({ method, writes, warnings }) => [method, writes, ...warnings])).toEqual([['GET', false, 'old'], ['PATCH', false, 'old'], ['DELETE', true, 'old']])
  expect(seen.take()).toEqual([])
})
