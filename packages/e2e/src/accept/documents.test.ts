import { expect, test } from 'vitest'
import { documentsIn, objectsIn } from './documents.ts'

test('documents that hold nothing are left out', () => {
  expect(documentsIn('# made by\n---\na: 1\n---\n---\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }])
})

test('text that is not YAML, and a document that is no object, are said', () => {
  expect(() => objectsIn('a: [')).toThrow()
  expect(() => objectsIn('a: 1\n')).toThrow('a document is no Kubernetes object: {"a":1}')
})
