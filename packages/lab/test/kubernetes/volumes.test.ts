import { expect, test } from 'vitest'
import type { Claim } from '../../src/kubernetes/controllers/objects.ts'
import { claim, create, eventsOf, isRunning, podWith, startCluster } from './cluster.ts'

test('a claim that waits for its consumer is scheduled, provisioned, attached, staged and published', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const bound = cluster.api.get<Claim>('persistentvolumeclaims', 'data', 'default')
  expect(bound?.status?.phase).toBe('Bound')
  const pod = cluster.api.get<import('../../src/kubernetes/controllers/objects.ts').Pod>('pods', 'app', 'default')
  const disk = [...cluster.backend.disks.values()][0]
  expect(disk?.attachedTo).toBe(pod?.spec.nodeName)
  expect([...(disk?.published ?? [])]).toEqual([`${pod?.spec.nodeName}:/var/lib/kubelet/pods/${pod?.metadata.uid}/volumes/kubernetes.io~csi/${bound?.spec.volumeName}/mount`])
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${bound?.spec.volumeName}`)
  expect(eventsOf(cluster.api, 'Pod', 'app')).toContain(`SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${bound?.spec.volumeName}" `)
  expect(cluster.logs.filter(({ message, fields }) => message === 'work will be tried again' && 'stack' in fields)).toEqual([])
})
