import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../plan-storage.ts'

test('x', () => {
  const r = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: {
    backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } } },
    classes: { fast: { backend: 'pve', storage: 'local-zfs' } },
    backup: { velero: { enableSnapshotBackups: true, locations: { default: { provider: 'aws', bucket: 'my-backup-bucket', default: true } }, schedules: 'gfs', repositoryPassword: { existing: true } } },
  } })
  console.log(JSON.stringify(r.findings))
  if (r.spec === undefined) throw new Error('refused')
  const plan = planStorage(r.spec)
  console.log(plan.objects.map(({ id, phase }) => `${phase} ${id}`).join('\n'))
  console.log(JSON.stringify(plan.helmReleases, null, 1), plan.notes, plan.needs)
  expect(1).toBe(1)
})
