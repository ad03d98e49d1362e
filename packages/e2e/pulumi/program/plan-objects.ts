/** What a plan says should be registered, and what was, both in the same words. */
import type { Plan } from '@stowage/module'
import { kubernetes, type Run } from './harness'

export interface Registration {
  readonly type: string
  readonly inputs: unknown
}

/** `kubernetes:core/v1:Namespace` is apiVersion v1. */
export function expected({ objects, helmReleases }: Plan): readonly Registration[] {
  const ofObjects = objects.map(({ object }) => ({ type: `kubernetes:${object.apiVersion === 'v1' ? 'core/v1' : object.apiVersion}:${object.kind}`, inputs: plain(object) }))
  const ofReleases = helmReleases.map(({ name, namespace, chart, values }) => ({
    type: 'kubernetes:helm.sh/v3:Release',
    inputs: plain({
      name,
      namespace,
      version: chart.version,
      values,
      createNamespace: false,
      ...(chart.repository.startsWith('oci://') ? { chart: `${chart.repository}/${chart.name}` } : { chart: chart.name, repositoryOpts: { repo: chart.repository } }),
    }),
  }))
  return inOrder([...ofObjects, ...ofReleases])
}

/** Without what is only looked at, and without the annotation that Pulumi waits by: the one thing that is added to an object. */
export function registered(run: Run): readonly Registration[] {
  return inOrder(kubernetes(run).filter(({ id }) => id === undefined).map(({ type, inputs }) => ({ type, inputs: withoutWait(plain(inputs), type) })))
}

function plain(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value))
}

function withoutWait(inputs: Record<string, unknown>, type: string): unknown {
  // Release fills in one input of its own.
  if (type === 'kubernetes:helm.sh/v3:Release') return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== 'compat'))
  const { annotations, ...metadata } = inputs['metadata'] as { annotations?: Record<string, string> }
  const kept = Object.entries(annotations ?? {}).filter(([key]) => key !== 'pulumi.com/waitFor')
  return { ...inputs, metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) } }
}

function inOrder(registrations: readonly Registration[]): readonly Registration[] {
  return registrations.map((one) => ({ one, key: JSON.stringify(sorted(one)) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
}
