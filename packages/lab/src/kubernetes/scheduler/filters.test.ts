import { expect, test } from 'vitest'
import type { Node, Pod } from '../controllers/objects.ts'
import { refusedByNode } from './node-fit.ts'
import { refusedByPodAffinity } from './pod-affinity.ts'
import { refusedByResources } from './resources.ts'
import { explainPodRefusal, explainRefusals, refuse, refuseForGood } from './verdict.ts'

const meta = (name: string, labels: Record<string, string> = {}): Pod['metadata'] => ({ name, namespace: 'n', uid: name, resourceVersion: '1', creationTimestamp: '', labels })
const pod = (name: string, spec: object = {}, labels: Record<string, string> = {}): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: meta(name, labels), spec: { containers: [{ name: 'main' }], ...spec } })
const node = (name: string, more: { spec?: object; labels?: Record<string, string>; allocatable?: Record<string, string> } = {}): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: meta(name, { 'kubernetes.io/hostname': name, ...more.labels }), spec: { ...more.spec }, status: { allocatable: { pods: '2', cpu: '2', ...more.allocatable } },
})

test('reasons are counted and sorted, and preemption says where it could help', () => {
  const refusals = [refuseForGood('node(s) were unschedulable'), refuse('node(s) exceed max volume count'), refuse('node(s) exceed max volume count')]
  expect(explainRefusals(refusals)).toBe(
    '0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) exceed max volume count. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  )
  expect(explainPodRefusal('persistentvolumeclaim "x" not found', 2)).toBe('0/2 nodes are available: persistentvolumeclaim "x" not found. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.')
})

const tainted = { taints: [{ key: 'dedicated', value: 'storage', effect: 'NoSchedule' }] }

test.each([
  ['an unschedulable node', pod('p'), node('a', { spec: { unschedulable: true } }), 'node(s) were unschedulable'],
  ['a taint', pod('p'), node('a', { spec: tainted }), 'node(s) had untolerated taint(s)'],
  ['another value of the taint', pod('p', { tolerations: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }] }), node('a', { spec: tainted }), 'node(s) had untolerated taint(s)'],
  ['the tolerated taint', pod('p', { tolerations: [{ key: 'dedicated', operator: 'Exists' }] }), node('a', { spec: tainted }), undefined],
  ['a taint that only prefers', pod('p'), node('a', { spec: { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] } }), undefined],
  ['another selector', pod('p', { nodeSelector: { disk: 'ssd' } }), node('a'), "node(s) didn't match Pod's node affinity/selector"],
  ['a matching selector', pod('p', { nodeSelector: { disk: 'ssd' } }), node('a', { labels: { disk: 'ssd' } }), undefined],
])('%s', (_, given, on, reason) => {
  expect(refusedByNode(given, on, [])?.reasons[0]).toBe(reason)
})

test('a full node refuses by pods and by cpu', () => {
  const greedy = pod('greedy', { containers: [{ name: 'main', resources: { requests: { cpu: '1500m' } } }] })
  expect(refusedByResources(greedy, node('a'), [greedy])?.reasons).toEqual(['Insufficient cpu'])
  expect(refusedByResources(pod('p'), node('a'), [pod('x'), pod('y')])?.reasons).toEqual(['Too many pods'])
  expect(refusedByResources(greedy, node('a'), [])).toBeUndefined()
})

test('pods that keep apart do so in both directions, and the first of a group that wants company may go anywhere', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } }
  const apart = (name: string): Pod => pod(name, { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }, { app: 'db' })
  const near = (name: string): Pod => pod(name, { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }, { app: 'db' })
  const [a, b] = [node('a'), node('b')]
  expect(refusedByPodAffinity(apart('second'), a, [{ pod: apart('first'), node: a }])?.reasons).toEqual(["node(s) didn't match pod anti-affinity rules"])
  expect(refusedByPodAffinity(pod('plain', {}, { app: 'db' }), a, [{ pod: apart('first'), node: a }])?.reasons).toEqual(["node(s) didn't satisfy existing pods anti-affinity rules"])
  expect(refusedByPodAffinity(apart('second'), b, [{ pod: apart('first'), node: a }])).toBeUndefined()
  expect(refusedByPodAffinity(near('first'), a, [])).toBeUndefined()
  expect(refusedByPodAffinity(near('second'), b, [{ pod: near('first'), node: a }])?.reasons).toEqual(["node(s) didn't match pod affinity rules"])
})
