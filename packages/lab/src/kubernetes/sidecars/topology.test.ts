import { expect, test } from 'vitest'
import type { KubeObject } from '../api/api.ts'
import type { CsiNode, Node } from '../controllers/objects.ts'
import { NodeGone, accessibilityRequirements, isAccessibleFrom, volumeAffinity } from './topology.ts'
import type { TopologyFacts } from './topology.ts'

const meta = (name: string, labels: Record<string, string> = {}): KubeObject['metadata'] => ({ name, uid: name, resourceVersion: '1', creationTimestamp: '', labels })
const nodes = new Map([['n1', 'a'], ['n2', 'a'], ['n3', 'b']].map(([name = '', zone = '']) => [name, { apiVersion: 'v1', kind: 'Node', metadata: meta(name, { zone }), spec: {} } satisfies Node]))
const csiNodes = [...nodes.keys()].map((name): CsiNode => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: meta(name), spec: { drivers: [{ name: 'd', nodeID: name, topologyKeys: ['zone'] }] } }))

const facts = (more: Partial<TopologyFacts>): TopologyFacts => ({
  driver: 'd', claimName: 'c', allowed: undefined, selectedNode: undefined, strict: false, immediate: true,
  csiNode: (name) => csiNodes.find(({ metadata }) => metadata.name === name), node: (name) => nodes.get(name), allCsiNodes: () => csiNodes,
  ...more,
})
const zones = (list: readonly { segments: Readonly<Record<string, string>> }[] | undefined): readonly (string | undefined)[] | undefined => list?.map(({ segments }) => segments['zone'])

test('the selected node comes first, and every other segment may serve', () => {
  const made = accessibilityRequirements(facts({ selectedNode: 'n3' }))
  expect([zones(made?.requisite), zones(made?.preferred)]).toEqual([['a', 'b'], ['b', 'a']])
})

test('strict topology asks for the selected segment alone', () => {
  expect(zones(accessibilityRequirements(facts({ selectedNode: 'n3', strict: true }))?.requisite)).toEqual(['b'])
})

test('allowed topologies limit the choice, and a node outside of them is refused', () => {
  const allowed = [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }]
  expect(zones(accessibilityRequirements(facts({ selectedNode: 'n1', allowed }))?.preferred)).toEqual(['a'])
  expect(() => accessibilityRequirements(facts({ selectedNode: 'n3', allowed }))).toThrow("error generating accessibility requirements: selected node '\"n3\"' topology")
})

test('a node that is gone asks for another one, and one without keys is a fault of the driver', () => {
  expect(() => accessibilityRequirements(facts({ selectedNode: 'n9' }))).toThrow(NodeGone)
  expect(() => accessibilityRequirements(facts({ selectedNode: 'n1', driver: 'other' }))).toThrow('no topology key found on CSINode n1')
})

test('a volume is bound to the segments that the driver answered', () => {
  const affinity = volumeAffinity([{ segments: { zone: 'a' } }])
  expect(isAccessibleFrom(affinity?.required, { zone: 'a' })).toBe(true)
  expect(isAccessibleFrom(affinity?.required, { zone: 'b' })).toBe(false)
  expect(volumeAffinity([])).toBeUndefined()
})
