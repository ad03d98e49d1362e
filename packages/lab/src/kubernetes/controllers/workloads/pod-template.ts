/** Pods from templates, and the hashes by which revisions are told apart. Pure. */
import { createHash } from 'node:crypto'
import type { PodTemplateSpec } from 'kubernetes-types/core/v1'
import type { KubeInput, KubeObject } from '../../api/api.ts'
import type { Pod } from '../objects.ts'
import { controlledBy } from '../objects.ts'

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Ten characters that a label may hold; the same for the same template, whatever the order of its keys. */
export function templateHash(template: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(ordered(template))).digest()
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, inner]) => [key, ordered(inner)]))
}

export interface PodFacts {
  readonly name: { readonly name: string } | { readonly generateName: string }
  readonly labels?: Readonly<Record<string, string>>
}

export function podFromTemplate(owner: KubeObject, template: PodTemplateSpec, { name, labels }: PodFacts): KubeInput & { readonly spec: Pod['spec'] } {
  const { metadata, spec } = template
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...name,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...metadata?.labels, ...labels },
      ownerReferences: [controlledBy(owner)],
      ...(metadata?.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: [...metadata.finalizers] }),
    },
    spec: spec ?? { containers: [] },
  }
}

/** Ready, and for at least so many seconds. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') return false
  return minReadySeconds === 0 || (ready.lastTransitionTime !== undefined && nowMs - Date.parse(ready.lastTransitionTime) >= minReadySeconds * 1000)
}

/** `25%` or a number of `total`. */
export function resolvePercent(value: string | number | undefined, total: number, otherwise: string | number, roundUp: boolean): number {
  const given = value ?? otherwise
  if (typeof given === 'number') return given
  const percent = /^(\d+)%$/.exec(given)?.[1]
  if (percent === undefined) return Number(given)
  const exact = (Number(percent) * total) / 100
  return roundUp ? Math.ceil(exact) : Math.floor(exact)
}
