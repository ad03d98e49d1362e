import { StorageError, isStorageError } from '@stowage/core'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { SecretSource } from '@stowage/module'
import type { Looked, Step } from '../../steps/step.ts'
import { escrowedValue, readEscrow, writeEscrow } from './escrow.ts'
import type { EscrowedSecret } from './escrow.ts'
import { contentOf, groupSecrets, makeUp, missingSources } from './secret-content.ts'
import type { SecretAccess, SecretGroup } from './secret-content.ts'

export interface SecretOptions {
  readonly client: KubernetesClient
  readonly access?: SecretAccess
}

interface Secret extends KubernetesObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

/** Looks, before anything is changed, that whatever Secrets are missing can be made. */
export function secretSourcesStep(sources: readonly SecretSource[], { client, access }: SecretOptions): Step | undefined {
  if (sources.length === 0) return undefined
  return {
    id: 'secrets',
    title: 'what goes into Secrets is at hand',
    look: async (signal) => {
      const faults: string[] = []
      for (const group of groupSecrets(sources)) {
        const there = await lookAt(group, client, signal)
        if (there.state === 'blocked') faults.push(there.message)
        if (there.state === 'needed') faults.push(...(await missingSources(group, access, client.server)), ...(await lockedBefore(group, access, client, signal)))
      }
      return faults.length === 0 ? { state: 'done', message: '' } : { state: 'blocked', message: `${faults.join('. ')}. Nothing was changed` }
    },
    change: async () => '',
  }
}

/** One step for each Secret that this apply may have to make; what is there is never changed. */
export function secretSteps(sources: readonly SecretSource[], options: SecretOptions): readonly Step[] {
  const groups = groupSecrets(sources)
  // All that is made up is written down at once, before the first of it is used.
  let escrowed: Promise<readonly EscrowedSecret[]> | undefined
  const escrow = (signal: AbortSignal): Promise<readonly EscrowedSecret[]> => (escrowed ??= inEscrow(groups, options, signal))
  return groups.map((group) => secretStep(group, options, escrow))
}

function secretStep(group: SecretGroup, { client, access }: SecretOptions, escrow: (signal: AbortSignal) => Promise<readonly EscrowedSecret[]>): Step {
  const { namespace, name, sources } = group
  const isMadeUp = sources.some(({ source }) => source.from === 'generate')
  return {
    id: `secret:${namespace}/${name}`,
    title: `Secret ${namespace}/${name}`,
    undo: `kubectl delete secret ${name} -n ${namespace}`,
    look: (signal) => lookAt(group, client, signal),
    change: async (signal) => {
      if (access === undefined) throw new StorageError('invalid', `this apply has no access to what goes into Secret ${namespace}/${name}`)
      const kept = isMadeUp ? await escrow(signal) : []
      const data = await contentOf(group, access, kept)
      const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'stowage' } }, type: 'Opaque', data }
      await client.create(secret, { signal }).catch((error: unknown) => {
        if (!isStorageError(error, 'exists')) throw error
        if (isMadeUp) throw new StorageError('exists', `Secret ${namespace}/${name} was made by somebody else meanwhile: what is written down in ${access.escrow ?? ''} is not its content`, { cause: error })
      })
      return isMadeUp ? `made up, and written down in ${access.escrow ?? ''}: keep that file away from the cluster` : sources.map(({ reason }) => reason).join('; ')
    },
  }
}

/** What was backed up already opens with the earlier password only; another one would lock Velero out of it. */
async function lockedBefore({ namespace, name, sources }: SecretGroup, access: SecretAccess | undefined, client: KubernetesClient, signal: AbortSignal): Promise<readonly string[]> {
  const madeUp = sources.filter(({ source }) => source.from === 'generate')
  if (madeUp.length === 0) return []
  const kept = access?.escrow === undefined ? undefined : await readEscrow(access.files, access.escrow, client.server).catch(() => undefined)
  if (kept !== undefined && madeUp.every((source) => escrowedValue(kept, source) !== undefined)) return []
  const repositories = await repositoriesIn(namespace, client, signal)
  if (repositories.length === 0) return []
  return [`Secret ${namespace}/${name} is gone, and its content is what ${repositories.length === 1 ? 'a backup repository' : `${repositories.length} backup repositories`} (${repositories.slice(0, 3).join(', ')}) were locked with: no new one is made up. Put the earlier one back, or name the file it was written down in: --escrow FILE`]
}

async function repositoriesIn(namespace: string, client: KubernetesClient, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { items } = await client.list({ apiVersion: 'velero.io/v1', kind: 'BackupRepository' }, { namespace }, { signal })
    return items.map(({ metadata }) => metadata?.name ?? '')
  } catch (error) {
    if (isStorageError(error, 'not-found')) return []
    throw error
  }
}

async function lookAt({ namespace, name, sources }: SecretGroup, client: KubernetesClient, signal: AbortSignal): Promise<Looked> {
  const found = await client.find<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace, name }, { signal })
  const where = sources.map(({ key, source }) => `${key} from ${source.from === 'environment' ? source.variable : source.from === 'file' ? source.path : 'chance'}`).join(', ')
  if (found === undefined) return { state: 'needed', message: `does not exist yet: ${where}` }
  const missing = sources.filter(({ key }) => found.data?.[key] === undefined).map(({ key }) => key)
  if (missing.length > 0) return { state: 'blocked', message: `Secret ${namespace}/${name} is there, without ${missing.join(', ')}: add it, or delete the Secret and apply again; an existing Secret is never changed` }
  return { state: 'done', message: 'is there, and stays as it is' }
}

/**
 * What is made up for all Secrets that are missing, in the escrow file before any of it is used. A file that an interrupted run left is used
 * again, so that the password which is written down and the one in the cluster are the same.
 */
async function inEscrow(groups: readonly SecretGroup[], { client, access }: SecretOptions, signal: AbortSignal): Promise<readonly EscrowedSecret[]> {
  const made: SecretSource[] = []
  for (const group of groups) if ((await lookAt(group, client, signal)).state === 'needed') made.push(...group.sources.filter(({ source }) => source.from === 'generate'))
  const [first] = made
  if (access?.escrow === undefined) throw new StorageError('invalid', `Secret ${first?.namespace}/${first?.name} is to be made up: say where it is to be written down, --escrow FILE`)
  const { files, random, escrow } = access
  const before = await readEscrow(files, escrow, client.server)
  const absent = made.find((source) => before !== undefined && escrowedValue(before, source) === undefined)
  if (absent !== undefined) throw new StorageError('exists', `${escrow} is there already and does not hold ${absent.key} of Secret ${absent.namespace}/${absent.name}; name another file, it is never overwritten`)
  if (before !== undefined) return before
  const secrets = made.map(({ namespace, name, key }) => ({ namespace, name, key, value: makeUp(random) }))
  await writeEscrow(files, escrow, client.server, new Date(client.clock.now()).toISOString(), secrets)
  return secrets
}
