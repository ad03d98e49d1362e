/** A plan that was written down (`stowage plan -o json`) and is read back, to be compared with today's. */
import { StorageError } from '@stowage/core'
import * as z from 'zod'
import { deepFreeze } from '../../spec/freeze.ts'
import { phases, type Plan } from '../plan.ts'

const text = z.string()
const texts = z.array(text)
const labels = z.record(text, text)
const values = z.record(text, z.unknown())

const planned = z.object({
  id: text,
  phase: z.enum(phases),
  object: z.looseObject({ apiVersion: text, kind: text, metadata: z.looseObject({ name: text, namespace: text.exactOptional(), labels: labels.exactOptional(), annotations: labels.exactOptional() }) }),
  reason: text,
  dependsOn: texts,
  holdsData: z.boolean(),
  losing: text,
  ready: z.object({ conditions: texts.exactOptional(), fields: labels.exactOptional() }).exactOptional(),
  renamedFrom: text.exactOptional(),
})

const need = z.object({ kind: z.enum(['Secret', 'Namespace', 'Node', 'CustomResourceDefinition']), name: text, namespace: text.exactOptional(), reason: text })

const release = z.object({
  id: text,
  phase: z.enum(phases),
  name: text,
  namespace: text,
  chart: z.object({ name: text, repository: text, version: text }),
  values,
  reason: text,
  dependsOn: texts,
  holdsData: z.boolean(),
  losing: text,
  crds: texts,
  renamedFrom: text.exactOptional(),
})

const hostAction = z.object({
  id: text,
  backend: text,
  action: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), role: text, privileges: texts }),
    z.object({ kind: z.literal('user'), user: text, comment: text }),
    z.object({ kind: z.literal('token'), user: text, token: text, privilegeSeparation: z.boolean() }),
    z.object({ kind: z.literal('acl'), path: text, role: text, user: text.exactOptional(), token: text.exactOptional(), propagate: z.boolean() }),
  ]),
  reason: text,
  dependsOn: texts,
})

const secret = z.object({
  namespace: text,
  name: text,
  key: text,
  source: z.discriminatedUnion('from', [z.object({ from: z.literal('environment'), variable: text }), z.object({ from: z.literal('file'), path: text }), z.object({ from: z.literal('generate') })]),
  reason: text,
  before: texts,
})

const savedPlan = z.object({
  kind: z.literal('Plan'),
  name: text,
  namespace: text,
  objects: z.array(planned),
  needs: z.array(need),
  helmReleases: z.array(release),
  hostActions: z.array(hostAction),
  secrets: z.array(secret),
  notes: texts,
})

/** Whether a text is meant as a saved plan rather than as a declaration. */
export function looksLikePlan(content: string): boolean {
  try {
    const parsed: unknown = JSON.parse(content)
    return typeof parsed === 'object' && parsed !== null && Reflect.get(parsed, 'kind') === 'Plan'
  } catch {
    return false
  }
}

/** Throws `invalid` for what is none, or is of another version of Stowage. */
export function readPlan(content: string, file: string): Plan {
  const parsed = savedPlan.safeParse(JSON.parse(content))
  if (parsed.success) {
    const { kind: _, ...plan } = parsed.data
    return deepFreeze(plan)
  }
  const [issue] = parsed.error.issues
  throw new StorageError('invalid', `${file} is not a plan that this version of stowage has written: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}; write it again with stowage plan -o json`)
}
