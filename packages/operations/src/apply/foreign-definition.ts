import { versionsOf } from '@stowage/module/plan/compare/judge-kubernetes'
import type { KubernetesObject } from '@stowage/kubernetes'
import type { Looked } from '../steps/step.ts'
import { asPlain } from './live-look.ts'
import type { PlainObject } from './stowage-plan.ts'

/** The annotation that tells with which controller-gen a definition was made; the nearest thing to a version that most carry. */
const madeWith = 'controller-gen.kubebuilder.io/version'

/**
 * A definition that somebody else installed and that differs from the plan's. It is neither taken back to ours nor taken over in silence:
 * when it has every version that the plan needs it stays as it is, else a person decides. Pure.
 */
export function foreignDefinition(id: string, live: KubernetesObject, planned: PlainObject): Looked {
  const { name } = planned.metadata
  const there = versionsOf(asPlain(live, planned))
  const missing = versionsOf(planned).filter((version) => !there.includes(version))
  const who = managersOf(live)
  const made = [live.metadata?.annotations?.[madeWith], annotationOf(planned)]
  const generators = made[0] === undefined || made[1] === undefined || made[0] === made[1] ? '' : ` (made with controller-gen ${made[0]}, ours with ${made[1]})`
  if (missing.length > 0) return { state: 'blocked', message: `definition ${name} was installed by ${who} and has ${there.join(', ')}, but not ${missing.join(', ')}${generators}, which the plan needs: update it where it comes from, or let Stowage manage it: --adopt ${id}` }
  return { state: 'done', message: `was installed by ${who}, differs from ours${generators} and has the versions that are needed (${there.join(', ')}): it stays as it is; --adopt ${id} replaces it by ours` }
}

export function managersOf({ metadata }: KubernetesObject): string {
  const managers = new Set((metadata?.managedFields ?? []).filter(({ subresource }) => subresource === undefined).map(({ manager }) => manager ?? 'somebody'))
  return managers.size === 0 ? 'somebody else' : [...managers].join(' and ')
}

function annotationOf({ metadata }: PlainObject): string | undefined {
  const annotations: unknown = Reflect.get(metadata, 'annotations')
  const value: unknown = typeof annotations === 'object' && annotations !== null ? Reflect.get(annotations, madeWith) : undefined
  return typeof value === 'string' ? value : undefined
}
