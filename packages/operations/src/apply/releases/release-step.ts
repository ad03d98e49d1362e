import { StorageError, isStorageError } from '@stowage/core'
import { ProgramFailure } from '@stowage/effects'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { HelmRelease } from '@stowage/module'
import type { Step } from '../../steps/step.ts'
import { isNamed } from '../consent.ts'
import { refuseRelease } from './refuse-release.ts'
import type { GuardOptions } from '../guard.ts'
import { compareRelease, decideRelease } from './decide.ts'
import type { ReleaseDecision } from './decide.ts'
import type { Helm, InstalledRelease } from './helm.ts'

export interface ReleaseOptions extends GuardOptions {
  readonly client: KubernetesClient
  readonly helm: Helm
  /** Ids of releases that the inventory listed before this run. */
  readonly known: ReadonlySet<string>
  readonly waitMs: number
  /** Writes down, before helm is started on it, that a release is ours from now on. */
  readonly claim: (id: string) => Promise<void>
}

/** How long after helm's own timeout a pending release counts as one that nobody works on any more. */
const graceMs = 60_000
const lookAgainMs = 5_000

/** Makes one release be as planned. */
export function releaseStep(release: HelmRelease, options: ReleaseOptions): Step {
  const { helm, waitMs, known, claim, consent, ids } = options
  const ours = known.has(release.id)
  let found: { readonly installed: InstalledRelease | undefined; readonly decision: ReleaseDecision } | undefined
  return {
    id: `apply:${release.id}`,
    title: `Helm release ${release.namespace}/${release.name}`,
    look: async (signal) => {
      const installed = await helm.find(release, signal)
      // Asked before anything was changed, too; but that may be long ago.
      const decision = decideRelease(release, installed, { ours, adopt: isNamed(consent.adopt, release.id, ids) })
      found = { installed, decision }
      if (decision.state !== 'needed') return { state: decision.state, message: decision.message }
      const no = await refuseRelease(release, decision, options, signal)
      if (no !== undefined) return { state: 'blocked', message: no }
      return { state: 'needed', message: decision.message, undo: undoOf(release, installed) }
    },
    change: async (signal) => {
      if (!ours) await claim(release.id)
      if (found?.decision.state === 'needed' && found.decision.unlock === true) await unlock(release, options, signal)
      await helm.upgrade(release, waitMs, signal).catch((error: unknown) => {
        throw inWords(release, error)
      })
      await seenAsPlanned(release, helm, signal)
      return `${release.chart.name} ${release.chart.version}: ${release.reason}`
    },
  }
}

/** What helm's exit code says is not enough: the release itself is asked. */
async function seenAsPlanned(release: HelmRelease, helm: Helm, signal: AbortSignal): Promise<void> {
  const installed = await helm.find(release, signal)
  const version = installed === undefined ? [] : compareRelease(release, installed).fields.filter(({ field }) => field.startsWith('chart.'))
  if (installed?.status === 'deployed' && version.length === 0) return
  const is = installed === undefined ? 'is not there' : `is ${installed.chart}, ${installed.status} (revision ${installed.revision})`
  throw new StorageError('unavailable', `helm ended well, but release ${release.namespace}/${release.name} ${is}; look with helm status ${release.name} -n ${release.namespace}, and apply again`)
}

function undoOf({ name, namespace }: HelmRelease, installed: InstalledRelease | undefined): string {
  return installed === undefined || installed.status === 'uninstalled' ? `helm uninstall ${name} -n ${namespace}` : `helm rollback ${name} ${installed.revision} -n ${namespace}`
}

/**
 * Waits until helm is done with it. What is pending for longer than helm would wait is of a run that was killed: the Secret in which helm
 * keeps that unfinished revision is taken away, so that the last finished one counts again. What the revision made stays, and is taken over.
 */
async function unlock(release: HelmRelease, { helm, client, waitMs }: ReleaseOptions, signal: AbortSignal): Promise<void> {
  const began = client.clock.now()
  for (;;) {
    const installed = await helm.find(release, signal)
    if (installed === undefined || !installed.status.startsWith('pending-')) return
    const since = installed.updatedMs ?? began
    if (client.clock.now() - since > waitMs + graceMs) {
      const ref = { apiVersion: 'v1', kind: 'Secret', namespace: release.namespace, name: `sh.helm.release.v1.${release.name}.v${installed.revision}` }
      await client.remove(ref, { signal }).catch((error: unknown) => {
        if (!isStorageError(error, 'not-found')) throw error
        throw new StorageError('busy', `release ${release.namespace}/${release.name} is in ${installed.status} and helm keeps it in another place than a Secret: take it back by hand (helm rollback ${release.name} -n ${release.namespace}) and apply again`, { cause: error })
      })
      return
    }
    await client.clock.sleep(lookAgainMs, signal)
  }
}

function inWords({ namespace, name }: HelmRelease, error: unknown): unknown {
  if (!(error instanceof ProgramFailure)) return error
  return new StorageError('unavailable', `helm was stopped while it worked on release ${namespace}/${name}: ${error.message}; apply again, and it goes on`, { cause: error })
}

/** Looks, before anything is changed, that helm is there and that no release is somebody else's. */
export function helmStep(releases: readonly HelmRelease[], { helm, known, consent, ids }: ReleaseOptions): Step | undefined {
  if (releases.length === 0) return undefined
  return {
    id: 'helm',
    title: 'helm is there, and the releases are ours to change',
    look: async (signal) => {
      const version = await helm.version(signal)
      if (version === undefined) return { state: 'blocked', message: `the plan has ${releases.length === 1 ? 'a Helm release' : `${releases.length} Helm releases`} (${namesOf(releases)}), and there is no program helm here: install Helm ${oldest} or later (4 as well) and apply again, or deliver by GitOps: stowage render` }
      if (!isNewEnough(version)) return { state: 'blocked', message: `helm ${version} is too old for charts from OCI registries: install Helm ${oldest} or later (4 as well) and apply again` }
      const refused: string[] = []
      const adopted: string[] = []
      for (const release of releases.filter(({ id }) => !known.has(id))) {
        const installed = await helm.find(release, signal)
        const decision = decideRelease(release, installed, { ours: false, adopt: isNamed(consent.adopt, release.id, ids) })
        if (decision.state === 'blocked') refused.push(decision.message)
        else if (installed !== undefined) adopted.push(`${release.namespace}/${release.name}`)
      }
      if (refused.length > 0) return { state: 'blocked', message: refused.join('. ') }
      return { state: 'done', message: `helm ${version}${adopted.length === 0 ? '' : `; installed by others and taken over: ${adopted.join(', ')}`}` }
    },
    change: async () => '',
  }
}

/** The first that reads charts from OCI registries without a switch. */
const oldest = '3.8'

function isNewEnough(version: string): boolean {
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 8)
}

function namesOf(releases: readonly HelmRelease[]): string {
  return releases.map(({ chart }) => `${chart.name} ${chart.version}`).join(', ')
}
