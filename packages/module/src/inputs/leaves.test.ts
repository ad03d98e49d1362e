import { expect, test } from 'vitest'
import { fill, type Joining } from './fill.ts'
import { takeInputs, type PassThrough } from './leaves.ts'

class Later {
  readonly becomes: string
  constructor(becomes: string) {
    this.becomes = becomes
  }
}

const isInput = (value: unknown): boolean => value instanceof Later
const allowed: readonly PassThrough[] = [
  { at: ['namespace'], as: 'name' },
  { at: ['locations', '*', 'bucket'], as: 'name' },
  { at: ['image'], as: 'image' },
  { at: ['policy'], as: ['Retain', 'Delete'] },
]
/** Puts the values themselves in, as they will be. */
const joining: Joining = {
  text: (parts) => parts.map(known).join(''),
  map: (entries) => Object.fromEntries(entries.map(([key, value]) => [String(known(key)), value])),
}
function known(value: unknown): unknown {
  return value instanceof Later ? value.becomes : value
}
function whole(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(whole)
  if (value instanceof Later) return value.becomes
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, whole(inner)])) : value
}

test('a value that comes later is found again as a whole, inside a longer text and as a key', () => {
  const { tree, leaves } = takeInputs({ namespace: new Later('rook'), locations: { a: { bucket: new Later('b1') }, b: { bucket: new Later('b2') } } }, isInput, allowed)
  const [namespace, first, second] = leaves.map(({ standIn }) => String(standIn))
  const planned = { tree, driver: `${namespace}.rbd.csi.ceph.com`, [`${first}-key`]: [`${first}/${second}/${namespace}`] }
  expect(whole(fill(planned, leaves, joining))).toEqual({
    tree: { namespace: 'rook', locations: { a: { bucket: 'b1' }, b: { bucket: 'b2' } } },
    driver: 'rook.rbd.csi.ceph.com',
    'b1-key': ['b1/b2/rook'],
  })
})

test('twenty of them are not mixed up', () => {
  const locations = Object.fromEntries([...Array(20).keys()].map((index) => [`l${index}`, { bucket: new Later(`bucket-${index}`) }]))
  const { tree, leaves } = takeInputs({ locations }, isInput, allowed)
  expect(whole(fill(tree, leaves, joining))).toEqual({ locations: Object.fromEntries([...Array(20).keys()].map((index) => [`l${index}`, { bucket: `bucket-${index}` }])) })
})

test('a text that somebody wrote is never taken for a stand-in', () => {
  const { tree, leaves } = takeInputs({ namespace: new Later('rook'), note: 'not-known-0-yet' }, isInput, allowed)
  expect(whole(fill(tree, leaves, joining))).toEqual({ namespace: 'rook', note: 'not-known-0-yet' })
})

test('where something is decided, it is refused by its path, and all of them at once', () => {
  const { tree, findings, leaves } = takeInputs({ nodes: [{ name: new Later('a') }, { name: 'b' }], enabled: new Later('x'), namespace: 'plain' }, isInput, allowed)
  expect(findings.map(({ path }) => path)).toEqual([['nodes', 0, 'name'], ['enabled']])
  expect(leaves).toEqual([])
  expect(tree).toEqual({ nodes: [{}, { name: 'b' }], namespace: 'plain' })
})

test('where only few values can stand, the first stands in and the others are told', () => {
  const { tree, leaves } = takeInputs({ policy: new Later('Delete') }, isInput, allowed)
  expect(tree).toEqual({ policy: 'Retain' })
  expect(leaves).toMatchObject([{ text: false, others: ['Delete'] }])
})

test('what is undefined was not written', () => {
  expect(takeInputs({ namespace: undefined, image: 'x' }, isInput, allowed).tree).toEqual({ image: 'x' })
})

test('what is no data is refused: a function, a resource where its name was meant', () => {
  const { findings, tree } = takeInputs({ namespace: new URL('https://x.example'), image: () => 'x', big: 3n }, isInput, allowed)
  expect(tree).toEqual({})
  expect(findings.map(({ rule, path, message }) => [rule, path.join('.'), message.split(' stands')[0]])).toEqual([
    ['not-data', 'namespace', 'an object of class URL'],
    ['not-data', 'image', 'a function'],
    ['not-data', 'big', 'a bigint'],
  ])
})
