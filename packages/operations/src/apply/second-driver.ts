import { isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { DaemonSet } from 'kubernetes-types/apps/v1'
import type { Step } from '../steps/step.ts'
import type { AppliableObject } from './stowage-plan.ts'

const nodeDriver = 'stowage-node'

/** What is said of a driver that serves the nodes from another namespace; undefined when there is none. Pure. */
export function secondDriver(namespace: string, living: readonly Pick<DaemonSet, 'metadata'>[]): string | undefined {
  const other = living.find(({ metadata }) => metadata?.name === nodeDriver && metadata.namespace !== namespace)?.metadata
  if (other === undefined) return undefined
  const old = other.namespace ?? ''
  const whose = other.labels?.['app.kubernetes.io/instance']
  return [
    `DaemonSet ${old}/${nodeDriver}${whose === undefined ? '' : ` of declaration ${whose}`} serves the nodes already; a second one in namespace ${namespace} would answer for the same drivers on the same nodes, and take the permissions of the first`,
    `Write namespace: ${old}, or put both into one declaration. To move the driver, delete the old one first (kubectl delete -n ${old} deployment/stowage-controller daemonset/${nodeDriver}: mounted volumes stay mounted, nothing new is attached until this apply is done), apply again, and remove what is left in namespace ${old}`,
  ].join('. ')
}

/** Looks, before anything is changed, that the driver is not in another namespace already: one that was moved, or another declaration's. */
export function secondDriverStep(client: KubernetesClient, objects: readonly AppliableObject[]): Step | undefined {
  const ours = objects.find(({ object: { kind, metadata } }) => kind === 'DaemonSet' && metadata.name === nodeDriver)?.object.metadata.namespace
  if (ours === undefined) return undefined
  return {
    id: 'second-driver',
    title: 'no other namespace has the driver',
    look: async (signal) => {
      const message = secondDriver(ours, await driversOf(client, signal))
      return message === undefined ? { state: 'done', message: `only ${ours}` } : { state: 'blocked', message }
    },
    change: async () => '',
  }
}

/** Who may not look into all namespaces cannot know, and is not stopped by that. */
async function driversOf(client: KubernetesClient, signal: AbortSignal): Promise<readonly DaemonSet[]> {
  try {
    return (await client.list<DaemonSet>({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, { labelSelector: 'app.kubernetes.io/managed-by=stowage' }, { signal })).items
  } catch (error) {
    if (isStorageError(error, 'denied')) return []
    throw error
  }
}
