import type { KubernetesClient } from '@stowage/kubernetes'
import type { PersistentVolume } from 'kubernetes-types/core/v1'
import type { Step } from '../steps/step.ts'
import type { InventoryEntry } from './inventory.ts'

const mostNamed = 3

/** Which drivers an apply would stop serving although there are volumes of theirs, as sentences. Pure. */
export function orphaned(drivers: readonly string[], volumes: readonly PersistentVolume[]): readonly string[] {
  return drivers.flatMap((driver) => {
    const names = volumes.filter(({ spec }) => spec?.csi?.driver === driver).map(({ metadata }) => metadata?.name ?? '')
    if (names.length === 0) return []
    const some = names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? `, and ${names.length - mostNamed} more` : '')
    return [`the declaration has no class of driver ${driver} any more, but ${names.length === 1 ? 'a volume is' : `${names.length} volumes are`} still of it (${some}); nothing could attach, detach or delete ${names.length === 1 ? 'it' : 'them'} then. Keep a class with driverName: ${driver} until its volumes are gone`]
  })
}

/** Looks, before anything is changed, that no driver is given up while volumes depend on it. `leftovers`: what the plan no longer holds. */
export function driversInUseStep(client: KubernetesClient, leftovers: readonly InventoryEntry[]): Step | undefined {
  const drivers = leftovers.filter(({ kind }) => kind === 'CSIDriver').map(({ name }) => name)
  if (drivers.length === 0) return undefined
  return {
    id: 'drivers-in-use',
    title: 'no volume needs a driver that is given up',
    look: async (signal) => {
      const { items } = await client.list<PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume' }, {}, { signal })
      const faults = orphaned(drivers, items)
      return faults.length === 0 ? { state: 'done', message: `${drivers.join(', ')}: no volumes` } : { state: 'blocked', message: faults.join('. ') }
    },
    change: async () => '',
  }
}
