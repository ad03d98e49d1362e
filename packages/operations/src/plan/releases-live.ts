import { isStorageError } from '@stowage/core'
import type { HelmRelease, Plan } from '@stowage/module'
import type { InventoryEntry } from '../apply/inventory.ts'
import { decideRelease } from '../apply/releases/decide.ts'
import { Helm } from '../apply/releases/helm.ts'
import type { HelmAccess } from '../apply/releases/helm.ts'
import type { LiveChange } from './live-change.ts'

interface ReleaseAnswer {
  readonly change?: LiveChange
  readonly adopted?: string
  readonly unknown?: string
}

/** Each planned release beside the installed one. Without helm none is known. */
export async function releaseLiveChanges({ helmReleases }: Plan, before: readonly InventoryEntry[], access: HelmAccess | undefined, signal: AbortSignal): Promise<readonly ReleaseAnswer[]> {
  if (helmReleases.length === 0) return []
  const helm = access === undefined ? undefined : new Helm(access)
  if (helm === undefined || (await helm.version(signal)) === undefined) return [{ unknown: `there is no helm here, so ${helmReleases.length === 1 ? 'the release' : 'the releases'} ${helmReleases.map(({ id }) => id).join(', ')} cannot be compared` }]
  const known = new Set(before.map(({ id }) => id))
  const answers: ReleaseAnswer[] = []
  for (const release of helmReleases) answers.push(await releaseAnswer(release, known, helm, signal))
  return answers
}

async function releaseAnswer(release: HelmRelease, known: ReadonlySet<string>, helm: Helm, signal: AbortSignal): Promise<ReleaseAnswer> {
  const { id } = release
  try {
    const installed = await helm.find(release, signal)
    const ours = known.has(id)
    const decision = decideRelease(release, installed, { ours, adopt: false })
    const base = { id, fields: decision.state === 'done' ? [] : decision.fields, touches: [] }
    if (decision.state === 'done') return ours ? {} : { adopted: id }
    if (decision.state === 'blocked') return { change: { ...base, action: 'update', effect: 'safe', sentence: decision.message, refused: decision.message } }
    const verdict = decision.verdict ?? { effect: 'safe' as const, sentence: decision.message }
    const consent = verdict.effect === 'destroys-data' ? { consent: `--allow-destroy ${id}` } : {}
    return { change: { ...base, action: installed === undefined ? 'add' : 'update', ...verdict, ...consent } }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { unknown: `${id}: ${error.message}` }
  }
}
