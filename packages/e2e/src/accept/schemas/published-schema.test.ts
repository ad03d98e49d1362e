import { expect, test } from 'vitest'
import { documentOf } from './published-schema.ts'

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

test('a document holds what it reaches and nothing else', () => {
  const definitions = { Spec: { properties: { port: ref('Port') } }, Port: { type: 'integer' }, Other: { type: 'string' } }
  const { definitions: held } = documentOf({ properties: { spec: { allOf: [ref('Spec')] } } }, definitions)
  expect(held).toEqual({ Spec: { properties: { port: { $ref: '#/definitions/Port' } }, additionalProperties: false }, Port: { type: 'integer' } })
})

test('a definition that names itself ends', () => {
  const tree = { properties: { children: { type: 'array', items: ref('Tree') } } }
  expect(documentOf(ref('Tree'), { Tree: tree })['definitions']).toHaveProperty('Tree.additionalProperties', false)
})

test('fields that are called like keywords are fields', () => {
  const { properties } = documentOf({ properties: { $ref: { type: 'string' }, default: { type: 'integer' }, 'x-kubernetes-map-type': { type: 'string' } } }, {})
  expect(properties).toEqual({ $ref: { type: 'string' }, default: { type: 'integer' }, 'x-kubernetes-map-type': { type: 'string' } })
})

test('an object that declares its other fields keeps its own rule for them', () => {
  expect(documentOf({ properties: { a: {} }, additionalProperties: { type: 'string' } }, {})['additionalProperties']).toEqual({ type: 'string' })
})

test('a reference to nothing is said', () => {
  expect(() => documentOf(ref('Gone'), {})).toThrow('a schema refers to Gone, which the data does not hold')
})
