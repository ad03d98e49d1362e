import type { HelmRelease } from '@stowage/module'
import { isNamed } from '../consent.ts'
import type { GuardOptions } from '../guard.ts'
import { describeLosses, lossesOf } from '../losses.ts'
import type { ReleaseDecision } from './decide.ts'

/** Why a release may not be changed as things stand: a CephCluster in its values that would destroy data. */
export async function refuseRelease(release: HelmRelease, decision: ReleaseDecision, { consent, ids, losses }: GuardOptions, signal: AbortSignal): Promise<string | undefined> {
  if (decision.state !== 'needed' || decision.verdict?.effect !== 'destroys-data' || isNamed(consent.allowDestroy, release.id, ids)) return undefined
  const proof = describeLosses(lossesOf({ kind: 'HelmRelease', name: release.name, namespace: release.namespace }, await losses.facts(signal)))
  return `${decision.verdict.sentence}. What is on it: ${proof}. To do it all the same: --allow-destroy ${release.id}`
}
