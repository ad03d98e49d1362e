/** Wrong on purpose: each tool has to refuse something before its acceptance counts. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Control } from './row.ts'
import { conform, conformCommand } from './rows/conform.ts'
import { linted } from './rows/releases.ts'
import { checkedRules, promtoolCommand } from './rows/rules.ts'

const misspelled = 'apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata: { name: ceph, namespace: storage }\nspec: { dataDirHostPaths: /var/lib/rook }\n'
const numberForText = 'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: fast }\nprovisioner: proxmox.csi.stowage.dev\nparameters: { ssd: 1 }\n'
const unknownMetadata = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: storage, lables: {} }\n'
const badExpression = { groups: [{ name: 'storage', rules: [{ alert: 'Full', expr: 'kubelet_volume_stats_used_bytes >' }] }] }

export const controls: readonly Control[] = [
  { what: 'a misspelled field of a CephCluster', command: conformCommand, needs: ['kubeconform'], because: /dataDirHostPaths/, run: (site) => conform(site, misspelled) },
  { what: 'a number where a class wants text', command: conformCommand, needs: ['kubeconform'], because: /got number, want string/, run: (site) => conform(site, numberForText) },
  { what: 'a misspelled field of metadata', command: conformCommand, needs: ['kubeconform'], because: /lables/, run: (site) => conform(site, unknownMetadata) },
  { what: 'a kind that nobody knows', command: conformCommand, needs: ['kubeconform'], because: /could not find schema/, run: (site) => conform(site, misspelled.replaceAll('CephCluster', 'CephClutter')) },
  {
    what: "values that Velero's schema forbids",
    command: 'helm lint',
    needs: ['helm'],
    because: /snapshotsEnabled/,
    run: async (site) => {
      const values = join(await site.folder(), 'values.yaml')
      await writeFile(values, 'snapshotsEnabled: sometimes\n')
      const velero = site.charts.all.find(({ name }) => name === 'velero')
      if (velero === undefined) throw new Error('there is no chart velero on the shelf')
      return linted(site, velero, values)
    },
  },
  { what: 'an expression that ends too early', command: promtoolCommand, needs: ['promtool'], because: /unexpected end of input/, run: (site) => checkedRules(site, [badExpression]) },
]
