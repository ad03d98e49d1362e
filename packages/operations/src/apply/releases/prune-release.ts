import type { Step } from '../../steps/step.ts'
import type { InventoryEntry } from '../inventory.ts'
import type { StillAllowed } from '../prune.ts'
import type { Helm } from './helm.ts'

/** Uninstalls a release that an earlier apply made and the plan no longer holds. */
export function pruneReleaseStep(helm: Helm, entry: InventoryEntry, waitMs: number, still: StillAllowed): Step {
  const { id, name, namespace = 'default' } = entry
  const release = { name, namespace }
  return {
    id: `prune:${id}`,
    title: `uninstall Helm release ${namespace}/${name}`,
    destructive: true,
    undo: 'declare it again and apply',
    look: async (signal) => {
      const installed = await helm.find(release, signal)
      if (installed === undefined || installed.status === 'uninstalled') return { state: 'done', message: 'is gone' }
      return (await still(entry, signal)) ?? { state: 'needed', message: `${installed.chart} is no longer in the plan` }
    },
    change: async (signal) => {
      await helm.uninstall(release, waitMs, signal)
      return 'uninstalled'
    },
  }
}
