import { describeRef } from '@stowage/kubernetes'
import type { KubernetesClient, ObjectRef } from '@stowage/kubernetes'
import type { Step } from '../steps/step.ts'
import type { NeededObject } from './stowage-plan.ts'

/** Looks that what the plan needs and never makes is there: without its Secret a driver would only crash. */
export function needsStep(client: KubernetesClient, needs: readonly NeededObject[]): Step | undefined {
  if (needs.length === 0) return undefined
  return {
    id: 'needs',
    title: 'what the plan needs is there',
    look: async (signal) => {
      const missing: string[] = []
      for (const need of needs) if ((await client.find(refOfNeed(need), { signal })) === undefined) missing.push(`${describeRef(refOfNeed(need))} is missing (${need.reason}): ${remedy(need)}`)
      // A first apply may miss many things: one line for each.
      if (missing.length > 1) return { state: 'blocked', message: [`${missing.length} things are missing`, ...missing].join('\n  ') }
      if (missing.length === 1) return { state: 'blocked', message: missing.join('') }
      return { state: 'done', message: needs.map((need) => describeRef(refOfNeed(need))).join(', ') }
    },
    change: async () => '',
  }
}

export function refOfNeed({ kind, name, namespace }: NeededObject): ObjectRef {
  return { apiVersion: kind === 'CustomResourceDefinition' ? 'apiextensions.k8s.io/v1' : 'v1', kind, name, ...(namespace !== undefined && { namespace }) }
}

function remedy({ kind, name, namespace }: NeededObject): string {
  if (kind === 'Secret') return `create it (kubectl create secret generic ${name} -n ${namespace ?? 'default'} --from-file=…) and apply again`
  if (kind === 'Namespace') return `create it (kubectl create namespace ${name}) and apply again`
  if (kind === 'CustomResourceDefinition') return 'install what brings it, or take out of the declaration what asks for it, and apply again'
  return `let the node join the cluster, or correct its name, and apply again`
}
