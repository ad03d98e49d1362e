import { StorageError, isStorageError } from '@stowage/core'
import { describeRef, refOf } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, ObjectRef } from '@stowage/kubernetes'
import type { Looked, Step } from '../steps/step.ts'
import { conflictsOf, describeConflicts } from './conflicts.ts'
import { differences } from './difference.ts'
import type { AppliableObject } from './stowage-plan.ts'
import { waitReady } from './wait-ready.ts'

export interface ApplyObjectOptions {
  readonly client: KubernetesClient
  /** Takes fields that others own. */
  readonly force: boolean
  /** Validates new objects as well, with a dry run; nothing is written in any case while looking. */
  readonly validateNew: boolean
  readonly waitMs: number
}

/** Kinds that what follows them needs at once; the others are waited for at the end, all together. */
const neededAtOnce = new Set(['Namespace', 'CustomResourceDefinition'])

/** Makes one planned object be as planned. */
export function applyObjectStep(planned: AppliableObject, options: ApplyObjectOptions): Step {
  const { object, reason } = planned
  const ref = refOf(object)
  const { client, force, waitMs } = options
  return {
    id: `apply:${planned.id}`,
    title: describeRef(ref),
    undo: `kubectl delete ${object.kind.toLowerCase()} ${object.metadata.name}${object.metadata.namespace === undefined ? '' : ` -n ${object.metadata.namespace}`}`,
    look: (signal) => look(planned, ref, options, signal),
    change: async (signal) => {
      await applied(object, ref, client, { force, signal })
      return reason
    },
    ...(neededAtOnce.has(object.kind) && { settle: (signal: AbortSignal, tell: (message: string) => void) => waitReady(client, ref, waitMs, signal, tell) }),
  }
}

async function look({ object, reason }: AppliableObject, ref: ObjectRef, options: ApplyObjectOptions, signal: AbortSignal): Promise<Looked> {
  const { client, force, validateNew } = options
  const live = await client.find(ref, { signal })
  if (live === undefined) return { state: 'needed', message: `does not exist yet: ${reason}${validateNew ? await validated(object, ref, client, signal) : ''}` }
  if (live.metadata?.deletionTimestamp !== undefined) return { state: 'blocked', message: `${describeRef(ref)} is being deleted; wait until it is gone and apply again` }
  try {
    const would = await applied(object, ref, client, { force, signal, dryRun: true })
    const changes = differences(live, would)
    if (changes.length > 0) return { state: 'needed', message: `differs in ${changes.slice(0, 8).join(', ')}${changes.length > 8 ? ` and ${changes.length - 8} more` : ''}` }
    if (ownedFields(live, client.fieldManager) !== ownedFields(would, client.fieldManager)) return { state: 'needed', message: 'is as planned; its fields become ours' }
    return { state: 'done', message: 'is as planned' }
  } catch (error) {
    if (isStorageError(error, 'precondition', 'invalid')) return { state: 'blocked', message: error.message }
    throw error
  }
}

/** In a dry run of a whole plan the namespace or the kind of an object may be only planned; then nobody can validate it yet. */
async function validated(object: KubernetesObject, ref: ObjectRef, client: KubernetesClient, signal: AbortSignal): Promise<string> {
  try {
    await applied(object, ref, client, { force: false, signal, dryRun: true })
    return ''
  } catch (error) {
    if (isStorageError(error, 'not-found')) return ' (not validated: its namespace or kind does not exist yet)'
    throw error
  }
}

async function applied(object: KubernetesObject, ref: ObjectRef, client: KubernetesClient, options: { force: boolean; signal: AbortSignal; dryRun?: boolean }): Promise<KubernetesObject> {
  try {
    return await client.apply(object, options)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    const conflicts = conflictsOf(error)
    if (conflicts.length > 0) throw new StorageError('precondition', describeConflicts(describeRef(ref), conflicts), { cause: error, details: { conflicts } })
    const remedy = remedyFor(ref.kind, error)
    throw remedy === undefined ? error : new StorageError(error.kind, `${error.message}. ${remedy}`, { cause: error, details: error.details })
  }
}

function remedyFor(kind: string, error: StorageError): string | undefined {
  if (error.kind !== 'invalid' || !/immutable|forbidden: updates to|may not be updated/i.test(error.message)) return undefined
  if (kind === 'StorageClass') return 'A StorageClass cannot be changed: declare a class with a new name, or delete this one and apply again; existing volumes stay as they are'
  if (kind === 'PersistentVolume' || kind === 'PersistentVolumeClaim') return 'What a volume is made of cannot be changed: declare it as it is, or declare another volume'
  return `Delete the ${kind} and apply again if it may be interrupted`
}

/** The fields that our manager owns by apply, as the server writes them. */
function ownedFields({ metadata }: KubernetesObject, manager: string): string {
  const own = metadata?.managedFields?.find((entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined)
  return own === undefined ? '' : JSON.stringify(own.fieldsV1)
}
