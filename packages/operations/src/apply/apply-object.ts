import { StorageError, isStorageError } from '@stowage/core'
import { describeRef, refOf } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, ObjectRef } from '@stowage/kubernetes'
import type { Looked, Step } from '../steps/step.ts'
import { conflictsOf, describeConflicts } from './conflicts.ts'
import { isNamed } from './consent.ts'
import { foreignDefinition, managersOf } from './foreign-definition.ts'
import { refusal } from './guard.ts'
import type { GuardOptions } from './guard.ts'
import { isOfOthers, isOurs, lookAtLive, validateNew } from './live-look.ts'
import type { LiveLook } from './live-look.ts'
import { deleteAndWait } from './prune.ts'
import type { AppliableObject } from './stowage-plan.ts'
import { undoCreation, undoDeletion, undoUpdate } from './undo.ts'
import { waitReady } from './wait-ready.ts'

export interface ApplyObjectOptions extends GuardOptions {
  readonly client: KubernetesClient
  /** Takes fields that others own. */
  readonly force: boolean
  /** Validates new objects as well, with a dry run; nothing is written in any case while looking. */
  readonly validateNew: boolean
  readonly waitMs: number
}

/** Kinds that what follows them needs at once; the others are waited for at the end of their phase, all together. */
const neededAtOnce = new Set(['Namespace', 'CustomResourceDefinition'])

/** Makes one planned object be as planned. */
export function applyObjectStep(planned: AppliableObject, options: ApplyObjectOptions): Step {
  const { object, reason } = planned
  const ref = refOf(object)
  const { client, waitMs } = options
  const force = options.force || isNamed(options.consent.adopt, planned.id, options.ids)
  let found: LiveLook = { state: 'absent' }
  let left: string | undefined
  return {
    id: `apply:${planned.id}`,
    title: describeRef(ref),
    look: async (signal) => {
      found = await lookAtLive(object, client, signal)
      const seen = await looked(found, planned, ref, { ...options, force }, signal)
      left = seen.state === 'done' && found.state === 'differs' ? seen.message : undefined
      return seen
    },
    change: async (signal) => {
      if (found.state === 'differs' && found.again) await deleteAndWait(client, ref, found.live.metadata?.uid, waitMs, signal)
      await applied(object, ref, client, { force, signal })
      return reason
    },
    ...(neededAtOnce.has(object.kind) && { settle: async (signal: AbortSignal, tell: (message: string) => void) => {
      const ready = await waitReady(client, ref, waitMs, signal, tell)
      // Why something different was left as it is matters more than that it works.
      return left ?? ready
    } }),
  }
}

async function looked(found: LiveLook, planned: AppliableObject, ref: ObjectRef, options: ApplyObjectOptions, signal: AbortSignal): Promise<Looked> {
  const { object, reason } = planned
  switch (found.state) {
    case 'absent':
      return { state: 'needed', message: `does not exist yet: ${reason}${options.validateNew ? await validateNew(object, ref, options.client, signal) : ''}`, undo: undoCreation(object) }
    case 'deleting':
      return { state: 'blocked', message: `${describeRef(ref)} is being deleted; wait until it is gone and apply again` }
    case 'refused':
      return refused(ref.kind, found.error)
    case 'same':
      return found.owned ? { state: 'done', message: 'is as planned' } : { state: 'needed', message: 'is as planned; its fields become ours' }
    case 'differs':
      return differing(found, planned, options, signal)
  }
}

async function differing(found: Extract<LiveLook, { state: 'differs' }>, planned: AppliableObject, { client, force, consent, ids, losses }: ApplyObjectOptions, signal: AbortSignal): Promise<Looked> {
  const { object, id } = planned
  const { live, fields, verdict, again, conflicts } = found
  const adopted = isNamed(consent.adopt, id, ids)
  if (object.kind === 'CustomResourceDefinition' && !isOurs(live, client.fieldManager) && !adopted) return foreignDefinition(id, live, object)
  if (conflicts.length > 0 && !force && !again) return { state: 'blocked', message: describeConflicts(describeRef(refOf(object)), conflicts) }
  if (again && isOfOthers(found, client.fieldManager) && !force) return { state: 'blocked', message: `${describeRef(refOf(object))} was made by ${managersOf(live)} and is not as planned: ${verdict.sentence}. Declare a class with another name, or let Stowage manage this one: --adopt ${id} --allow-recreate ${id}` }
  const no = await refusal(id, object, found, { consent, ids, losses }, signal)
  if (no !== undefined) return { state: 'blocked', message: no }
  const unfit = again ? await refusedAnew(object, client, signal) : undefined
  if (unfit !== undefined) return { state: 'blocked', message: `${describeRef(refOf(object))} is not deleted, because the server would not take the one that is to be made in its place: ${unfit}` }
  const names = fields.map(({ field }) => field)
  const named = `differs in ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
  const meaning = verdict.effect === 'safe' && verdict.interrupts === undefined ? '' : `: ${verdict.sentence}`
  return { state: 'needed', message: `${named}${meaning}`, undo: again ? `delete it again and ${undoDeletion(live)}` : undoUpdate(object, fields) }
}

/** What the server says to the object as a new one, asked under a name that is free, before the one that is there is given up. */
async function refusedAnew(object: AppliableObject['object'], client: KubernetesClient, signal: AbortSignal): Promise<string | undefined> {
  const name = `${object.metadata.name.slice(0, 200)}-as-declared-now`
  try {
    await client.create({ ...object, metadata: { ...object.metadata, name } }, { signal, dryRun: true })
    return undefined
  } catch (error) {
    if (isStorageError(error, 'exists')) return undefined
    if (isStorageError(error)) return error.message
    throw error
  }
}

async function applied(object: KubernetesObject, ref: ObjectRef, client: KubernetesClient, options: { force: boolean; signal: AbortSignal }): Promise<KubernetesObject> {
  try {
    return await client.apply(object, options)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    const conflicts = conflictsOf(error)
    if (conflicts.length > 0) throw new StorageError('precondition', describeConflicts(describeRef(ref), conflicts), { cause: error, details: { conflicts } })
    throw withRemedy(ref.kind, error)
  }
}

/** What a person can change about it stops the apply as a refusal; anything else is a failure. */
function refused(kind: string, error: StorageError): Looked {
  if (error.kind === 'invalid' || error.kind === 'precondition') return { state: 'blocked', message: withRemedy(kind, error).message }
  throw error
}

function withRemedy(kind: string, error: StorageError): StorageError {
  const remedy = remedyFor(kind, error)
  return remedy === undefined ? error : new StorageError(error.kind, `${error.message}. ${remedy}`, { cause: error, details: error.details })
}

function remedyFor(kind: string, error: StorageError): string | undefined {
  if (error.kind !== 'invalid' || !/immutable|forbidden: updates to|may not be updated/i.test(error.message)) return undefined
  if (kind === 'PersistentVolume' || kind === 'PersistentVolumeClaim') return 'What a volume is made of cannot be changed: declare it as it is, or declare another volume'
  if (kind.startsWith('Ceph')) return 'Rook does not change this of what exists: declare it as it is, or make another and move the data'
  return `Delete the ${kind} and apply again if it may be interrupted`
}
