import { expect, test } from 'vitest'
import { objectMeta, strict, strictRoot } from './strict-schema.ts'

test('an object takes the fields that it declares and no others', () => {
  expect(strict({ type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] })).toEqual({
    type: 'object',
    properties: { size: { type: 'integer' } },
    additionalProperties: false,
    required: ['size'],
  })
})

test('an object without fields takes none, as a server prunes all of it', () => {
  expect(strict({ type: 'object' })).toEqual({ type: 'object', properties: {}, additionalProperties: false })
})

test('what preserves unknown fields stays open, and a map judges its values', () => {
  expect(strict({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })['additionalProperties']).toBe(true)
  expect(strict({ type: 'object', additionalProperties: { type: 'object', properties: {} } })['additionalProperties']).toEqual({ type: 'object', properties: {}, additionalProperties: false })
})

test('items and fields of fields are as strict', () => {
  expect(strict({ type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } })['items']).toHaveProperty('additionalProperties', false)
})

test('a schema inside anyOf only judges and closes nothing', () => {
  const anyOf = [{ properties: { a: { type: 'string' } } }, { required: ['b'] }]
  expect(strict({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, anyOf })['anyOf']).toEqual(anyOf)
})

test('int-or-string takes both, and null only where it is allowed', () => {
  expect(strict({ 'x-kubernetes-int-or-string': true })).toEqual({ type: ['integer', 'string'] })
  expect(strict({ type: 'string', nullable: true })).toEqual({ type: ['string', 'null'] })
})

test('the metadata of a custom resource is the metadata of Kubernetes', () => {
  const root = strictRoot({ type: 'object', properties: { metadata: { type: 'object' }, spec: { type: 'object' } }, required: ['spec'] })
  expect(root['properties']).toHaveProperty('metadata', objectMeta)
  expect(root['required']).toEqual(['spec', 'apiVersion', 'kind', 'metadata'])
})

test('rules in CEL, defaults and descriptions are no part of what a schema decides', () => {
  expect(strict({ type: 'string', default: 'hdd', description: 'class', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] })).toEqual({ type: 'string' })
})
