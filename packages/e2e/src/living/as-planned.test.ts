import { expect, test } from 'vitest'
import { notAsPlanned } from './as-planned.ts'

test('what others and the server added is no fault', () => {
  expect(notAsPlanned({ spec: { replicas: 1, containers: [{ name: 'a', image: 'x' }] } }, { metadata: { uid: 'u' }, spec: { replicas: 1, paused: false, containers: [{ name: 'sidecar' }, { name: 'a', image: 'x', tty: false }] } })).toEqual([])
})

test('nothing and an empty thing are the same, as servers drop what is empty', () => {
  expect(notAsPlanned({ labels: {}, list: [], none: null }, {})).toEqual([])
  expect(notAsPlanned({ labels: { a: 'b' } }, {})).toEqual(['labels'])
})

test('every place that is not as planned is named', () => {
  expect(notAsPlanned({ spec: { replicas: 2, args: ['a'], containers: [{ name: 'a', image: 'x' }] } }, { spec: { replicas: 1, args: ['a', 'b'], containers: [{ name: 'a', image: 'y' }] } })).toEqual([
    'spec.replicas: 1 and not 2',
    'spec.args: 2 items and not 1',
    'spec.containers[a].image: "y" and not "x"',
  ])
})
