import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/kubernetes/api/api.ts'
import type { Attachment, Claim, CsiNode, Node, Pod, StorageCapacity, Volume } from '../../src/kubernetes/controllers/objects.ts'
import { claim, create, eventsOf, isRunning, phaseOf, podWith, startCluster, storageClass } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { driverName, zoneKey } from './memory-driver.ts'

const claimNamed = ({ api }: TestCluster, name: string): Claim | undefined => api.get<Claim>('persistentvolumeclaims', name, 'default')
const podNamed = ({ api }: TestCluster, name: string): Pod | undefined => api.get<Pod>('pods', name, 'default')
const attachments = ({ api }: TestCluster): readonly Attachment[] => api.list<Attachment>('volumeattachments.storage.k8s.io')
const conditionOf = (cluster: TestCluster, pod: string): string | undefined => podNamed(cluster, pod)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message
const gibibyte = 1024 ** 3

async function runningWithData(options: Parameters<typeof startCluster>[0] = {}, pod: object = {}): Promise<TestCluster> {
  const cluster = startCluster(options)
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data'], { ...pod }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  return cluster
}

test('a claim that waits for its consumer is scheduled, provisioned, attached, staged and published', async () => {
  const cluster = await runningWithData()
  const bound = claimNamed(cluster, 'data')
  const pod = podNamed(cluster, 'app')
  const disk = [...cluster.backend.disks.values()][0]
  expect(bound?.status?.phase).toBe('Bound')
  expect(disk?.attachedTo).toBe(pod?.spec.nodeName)
  expect([...(disk?.published ?? [])]).toEqual([`${pod?.spec.nodeName}:/var/lib/kubelet/pods/${pod?.metadata.uid}/volumes/kubernetes.io~csi/${bound?.spec.volumeName}/mount`])
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${bound?.spec.volumeName}`)
  expect(eventsOf(cluster.api, 'Pod', 'app')).toContain(`SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${bound?.spec.volumeName}" `)
  const volume = cluster.api.get<Volume>('persistentvolumes', bound?.spec.volumeName ?? '')
  expect(volume?.metadata.finalizers?.toSorted()).toEqual(['external-attacher/memory.csi.test', 'external-provisioner.volume.kubernetes.io/finalizer', 'kubernetes.io/pv-protection'])
  expect(volume?.spec.nodeAffinity?.required?.nodeSelectorTerms).toEqual([{ matchExpressions: [{ key: zoneKey, operator: 'In', values: [disk?.zone] }] }])
  expect(volume?.spec.csi?.fsType).toBe('ext4')
  expect(cluster.logs.filter(({ fields }) => 'stack' in fields)).toEqual([])
})

test('a claim without a consumer says that it waits, and an Immediate one does not wait', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('waits'))
  create(cluster.api, claim('now', { storageClassName: 'now' }))
  await cluster.until('now is bound', () => claimNamed(cluster, 'now')?.status?.phase === 'Bound')
  expect(claimNamed(cluster, 'waits')?.status?.phase).toBe('Pending')
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'waits')).toEqual(['WaitForFirstConsumer: waiting for first consumer to be created before binding'])
})

test('a volume is detached from one node and attached to the next when its pod moves, and never to both', async () => {
  const cluster = await runningWithData()
  const from = podNamed(cluster, 'app')?.spec.nodeName
  const volume = claimNamed(cluster, 'data')?.spec.volumeName
  const other = [...cluster.backend.zones].find(([node, zone]) => node !== from && zone === cluster.backend.zones.get(from ?? ''))?.[0]
  create(cluster.api, podWith('next', ['data'], { nodeName: other }))
  await cluster.until('the next one is told', () => eventsOf(cluster.api, 'Pod', 'next').length > 0)
  expect(eventsOf(cluster.api, 'Pod', 'next')).toEqual([`FailedAttachVolume: Multi-Attach error for volume "${volume}" Volume is already used by pod(s) app`])
  cluster.api.delete('pods', 'app', 'default')
  await cluster.until('next runs', () => isRunning(cluster.api, 'next'))
  expect(attachments(cluster).map(({ spec }) => spec.nodeName)).toEqual([other])
  expect([...cluster.backend.disks.values()].map(({ attachedTo, staged }) => [attachedTo, [...staged]])).toEqual([[other, [other]]])
  expect(cluster.api.get<Node>('nodes', from ?? '')?.status?.volumesInUse ?? []).toEqual([])
})

test('under Delete the disk goes with its claim, under Retain it stays and the volume is Released', async () => {
  const cluster = startCluster()
  create(cluster.api, storageClass('keep', { reclaimPolicy: 'Retain' }))
  create(cluster.api, claim('gone'))
  create(cluster.api, claim('kept', { storageClassName: 'keep' }))
  create(cluster.api, podWith('app', ['gone', 'kept']))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const kept = claimNamed(cluster, 'kept')?.spec.volumeName ?? ''
  for (const name of ['gone', 'kept']) cluster.api.delete('persistentvolumeclaims', name, 'default')
  await cluster.world.run(async () => cluster.world.process('watcher').effects.clock.sleep(5_000))
  expect(claimNamed(cluster, 'gone')?.metadata.deletionTimestamp).toBeDefined()
  cluster.api.delete('pods', 'app', 'default')
  await cluster.until('one disk is left', () => cluster.backend.disks.size === 1)
  expect(phaseOf(cluster.api, 'persistentvolumes', kept)).toBe('Released')
  expect([...cluster.backend.disks.keys()]).toEqual([kept])
  expect(cluster.api.list('persistentvolumes').map(({ metadata }) => metadata.name)).toEqual([kept])
})

test('a mounted volume grows with its claim: controller first, then node, then the claim says so', async () => {
  const cluster = await runningWithData()
  cluster.api.patch('persistentvolumeclaims', 'data', 'default', 'application/merge-patch+json', { spec: { resources: { requests: { storage: '3Gi' } } } })
  await cluster.until('3Gi', () => claimNamed(cluster, 'data')?.status?.capacity?.['storage'] === '3Gi')
  const disk = [...cluster.backend.disks.values()][0]
  expect([disk?.size, disk?.filesystemSize]).toEqual([3 * gibibyte, 3 * gibibyte])
  expect(claimNamed(cluster, 'data')?.status?.conditions ?? []).toEqual([])
  expect(claimNamed(cluster, 'data')?.status?.allocatedResourceStatuses).toBeUndefined()
  const volume = claimNamed(cluster, 'data')?.spec.volumeName
  const told = eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')
  expect(told).toContain(`Resizing: External resizer is resizing volume ${volume}`)
  expect(told).toContain('FileSystemResizeRequired: Require file system resize of volume on node')
  expect(told).toContain(`FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "${volume}" ${podNamed(cluster, 'app')?.spec.nodeName}`)
})

test('a zone without room makes the scheduler choose another one', async () => {
  const cluster = startCluster()
  cluster.backend.freeByZone.set('a', 0)
  for (const name of ['n3']) cluster.api.patch('nodes', name, undefined, 'application/merge-patch+json', { spec: { unschedulable: true } })
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('it failed', () => eventsOf(cluster.api, 'PersistentVolumeClaim', 'data').some((text) => text.startsWith('ProvisioningFailed')))
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')).toContain('ProvisioningFailed: rpc error: code = ResourceExhausted desc = zone a is full')
  cluster.api.patch('nodes', 'n3', undefined, 'application/merge-patch+json', { spec: { unschedulable: null } })
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  expect(podNamed(cluster, 'app')?.spec.nodeName).toBe('n3')
})

test('with storage capacity published, the scheduler does not even try a zone without room', async () => {
  const cluster = startCluster({ provisionerArgs: ['--enable-capacity', '--capacity-poll-interval=5s'] })
  cluster.backend.freeByZone.set('a', gibibyte / 2)
  cluster.backend.freeByZone.set('b', gibibyte / 2)
  await cluster.until('capacities', () => cluster.api.list<StorageCapacity>('csistoragecapacities.storage.k8s.io').length === 2)
  await cluster.until('they are as they should be', () => cluster.api.list<StorageCapacity>('csistoragecapacities.storage.k8s.io').every(({ capacity }) => capacity === '512Mi'))
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('it is refused', () => conditionOf(cluster, 'app') !== undefined)
  expect(conditionOf(cluster, 'app')).toBe('0/3 nodes are available: 3 node(s) did not have enough free storage. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.')
  cluster.backend.freeByZone.set('b', 10 * gibibyte)
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'), 120_000)
  expect(cluster.backend.calls.filter((each) => each.startsWith('CreateVolume')).length).toBe(1)
})

test('FailedScheduling names each reason with its count, as the real scheduler does', async () => {
  const cluster = startCluster({ zones: { n1: 'a', n2: 'a', n3: 'b', n4: 'b' } })
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('first', ['data'], { nodeSelector: { 'kubernetes.io/hostname': 'n1' } }))
  await cluster.until('first runs', () => isRunning(cluster.api, 'first'))
  cluster.api.delete('pods', 'first', 'default')
  cluster.api.patch('nodes', 'n1', undefined, 'application/merge-patch+json', { spec: { unschedulable: true } })
  cluster.api.patch('nodes', 'n2', undefined, 'application/merge-patch+json', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } })
  create(cluster.api, podWith('second', ['data']))
  create(cluster.api, podWith('third', ['nothing']))
  create(cluster.api, claim('soon', { storageClassName: 'missing' }))
  create(cluster.api, podWith('fourth', ['soon']))
  await cluster.until('all are refused', () => ['second', 'third', 'fourth'].every((each) => conditionOf(cluster, each) !== undefined))
  expect(conditionOf(cluster, 'second')).toBe("0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 node(s) didn't match PersistentVolume's node affinity. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.")
  expect(conditionOf(cluster, 'third')).toBe('0/4 nodes are available: persistentvolumeclaim "nothing" not found. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.')
  expect(conditionOf(cluster, 'fourth')).toBe('0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.')
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'soon')).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "missing" not found'])
})

test('a node takes no more volumes than its driver allows', async () => {
  const cluster = startCluster({ zones: { n1: 'a' } })
  cluster.backend.maxVolumes = 2
  for (const name of ['one', 'two', 'three']) create(cluster.api, claim(name))
  await cluster.until('the limit is known', () => cluster.api.get<CsiNode>('csinodes.storage.k8s.io', 'n1')?.spec.drivers[0]?.allocatable?.count === 2)
  for (const name of ['one', 'two', 'three']) create(cluster.api, podWith(name, [name]))
  await cluster.until('two run', () => ['one', 'two', 'three'].filter((name) => isRunning(cluster.api, name)).length === 2)
  const left = ['one', 'two', 'three'].find((name) => !isRunning(cluster.api, name)) ?? ''
  expect(conditionOf(cluster, left)).toBe('0/1 nodes are available: 1 node(s) exceed max volume count. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.')
  cluster.api.delete('pods', left === 'one' ? 'two' : 'one', 'default')
  await cluster.until('there is room', () => isRunning(cluster.api, left))
})

test('a second pod with a ReadWriteOncePod claim waits for the first to go', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('data', { accessModes: ['ReadWriteOncePod'] }))
  create(cluster.api, podWith('first', ['data']))
  await cluster.until('first runs', () => isRunning(cluster.api, 'first'))
  create(cluster.api, podWith('second', ['data']))
  await cluster.until('second is refused', () => conditionOf(cluster, 'second') !== undefined)
  expect(conditionOf(cluster, 'second')).toContain('3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod')
  cluster.api.delete('pods', 'first', 'default')
  await cluster.until('second runs', () => isRunning(cluster.api, 'second'))
})

test('a claim that names its volume gets it, one whose class is unset gets the default when there is one, and a lost volume is told', async () => {
  const cluster = startCluster()
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'old' }, spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain', storageClassName: '', hostPath: { path: '/srv' } } }
  create(cluster.api, volume)
  create(cluster.api, claim('static', { storageClassName: '', volumeName: 'old' }))
  await cluster.until('bound', () => claimNamed(cluster, 'static')?.status?.phase === 'Bound')
  expect(claimNamed(cluster, 'static')?.status?.capacity?.['storage']).toBe('5Gi')
  create(cluster.api, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'plain', namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } })
  await cluster.until('it is told', () => eventsOf(cluster.api, 'PersistentVolumeClaim', 'plain').length > 0)
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'plain')).toEqual(['FailedBinding: no persistent volumes available for this claim and no storage class is set'])
  cluster.api.patch('storageclasses.storage.k8s.io', 'now', undefined, 'application/merge-patch+json', { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } })
  await cluster.until('the default is assigned', () => claimNamed(cluster, 'plain')?.status?.phase === 'Bound')
  expect(claimNamed(cluster, 'plain')?.spec.storageClassName).toBe('now')
  cluster.api.patch('persistentvolumes', 'old', undefined, 'application/merge-patch+json', { metadata: { finalizers: null } })
  cluster.api.delete('persistentvolumes', 'old')
  await cluster.until('lost', () => claimNamed(cluster, 'static')?.status?.phase === 'Lost')
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'static')).toContain('ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!')
})

test('a failing attach and a failing stage are told on the pod in the words of the driver, and recover by themselves', async () => {
  const cluster = startCluster()
  let attachFails = true
  let stageFails = true
  cluster.backend.faults.set('ControllerPublishVolume', () => { if (attachFails) throw new Error('VM is locked (backup)') })
  cluster.backend.faults.set('NodeStageVolume', () => { if (stageFails) throw new Error('no such device') })
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('attach failed', () => eventsOf(cluster.api, 'Pod', 'app').some((text) => text.startsWith('FailedAttachVolume')))
  const volume = claimNamed(cluster, 'data')?.spec.volumeName
  expect(eventsOf(cluster.api, 'Pod', 'app')).toContain(`FailedAttachVolume: AttachVolume.Attach failed for volume "${volume}" : rpc error: code = Internal desc = VM is locked (backup)`)
  attachFails = false
  await cluster.until('stage failed', () => eventsOf(cluster.api, 'Pod', 'app').some((text) => text.startsWith('FailedMount')))
  expect(eventsOf(cluster.api, 'Pod', 'app')).toContain(`FailedMount: MountVolume.MountDevice failed for volume "${volume}" : rpc error: code = Internal desc = no such device`)
  stageFails = false
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
})

test('an answer that was lost does not make a second disk', async () => {
  const cluster = startCluster()
  let lose = 2
  cluster.world.faults.rpc = ({ method }) => (method.endsWith('/CreateVolume') && lose-- > 0 ? 'lose-answer' : 'deliver')
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  expect(cluster.backend.disks.size).toBe(1)
})

test('a kubelet that was killed finds its mounts again, keeps its pods running, and cleans up what was deleted meanwhile', async () => {
  const cluster = await runningWithData()
  const node = podNamed(cluster, 'app')?.spec.nodeName ?? ''
  create(cluster.api, claim('more'))
  create(cluster.api, podWith('other', ['more'], { nodeName: node }))
  create(cluster.api, podWith('pinned', [], { nodeName: node }))
  cluster.api.patch('persistentvolumeclaims', 'more', 'default', 'application/merge-patch+json', { metadata: { annotations: { 'volume.kubernetes.io/selected-node': node } } })
  await cluster.until('other runs', () => isRunning(cluster.api, 'other'))
  const started = podNamed(cluster, 'app')?.status?.containerStatuses?.[0]?.containerID
  cluster.killKubelet(node)
  cluster.api.delete('pods', 'other', 'default', { gracePeriodSeconds: 0 })
  cluster.startKubelet(node)
  await cluster.until('the deleted pod is unmounted', () => [...cluster.backend.disks.values()].filter(({ published }) => published.size > 0).length === 1)
  await cluster.until('and its disk detached', () => attachments(cluster).length === 1)
  expect([...cluster.backend.disks.values()].map(({ staged }) => [...staged]).toSorted()).toEqual([[], [node]])
  expect(podNamed(cluster, 'app')?.status?.containerStatuses?.[0]?.containerID).toBe(started)
  expect(isRunning(cluster.api, 'app')).toBe(true)
})

test('a dead node keeps its volume for six minutes, and gives it up at once when it is out of service', async () => {
  for (const outOfService of [false, true]) {
    const cluster = await runningWithData()
    const node = podNamed(cluster, 'app')?.spec.nodeName ?? ''
    cluster.cutPower(node)
    await cluster.until('not ready', () => cluster.api.get<Node>('nodes', node)?.spec.taints?.some(({ key }) => key === 'node.kubernetes.io/unreachable'), 120_000)
    const other = [...cluster.backend.zones].find(([name, zone]) => name !== node && zone === cluster.backend.zones.get(node))?.[0] ?? ''
    const since = cluster.world.elapsed()
    cluster.api.delete('pods', 'app', 'default', { gracePeriodSeconds: 0 })
    if (outOfService) {
      const taints = cluster.api.get<Node>('nodes', node)?.spec.taints ?? []
      cluster.api.patch('nodes', node, undefined, 'application/merge-patch+json', { spec: { taints: [...taints, { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] } })
    }
    create(cluster.api, podWith('next', ['data'], { nodeName: other }))
    await cluster.until('next runs', () => isRunning(cluster.api, 'next'), 600_000)
    const waited = cluster.world.elapsed() - since
    if (outOfService) expect(waited).toBeLessThan(60_000)
    else expect(waited).toBeGreaterThan(350_000)
  }
})

test('a container that ends is started again after its back-off, and a pod that never restarts is over', async () => {
  const cluster = startCluster()
  create(cluster.api, podWith('crash', [], { containers: [{ name: 'main', image: 'busybox', command: ['exit', '3'] }] }))
  create(cluster.api, podWith('once', [], { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['exit', '0'] }] }))
  await cluster.until('back-off', () => podNamed(cluster, 'crash')?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff')
  await cluster.until('restarted twice', () => (podNamed(cluster, 'crash')?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2)
  expect(podNamed(cluster, 'crash')?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(3)
  expect(phaseOf(cluster.api, 'pods', 'once', 'default')).toBe('Succeeded')
})

test('the same seed gives the same history, and another seed another one', async () => {
  const digestOf = async (seed: number): Promise<string> => {
    const cluster = await runningWithData({ seed })
    return cluster.world.trace.digest()
  }
  const first = await digestOf(7)
  expect(await digestOf(7)).toBe(first)
  expect(await digestOf(8)).not.toBe(first)
})

test('volumes of drivers that attach nothing are mounted without a VolumeAttachment', async () => {
  const cluster = startCluster()
  cluster.api.delete('csidrivers.storage.k8s.io', driverName)
  create<KubeObject>(cluster.api, { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: driverName }, spec: { attachRequired: false } })
  cluster.backend.faults.set('NodeStageVolume', (request) => {
    if (JSON.stringify(request).includes('scsi1')) throw new Error('there should be no publish context')
    throw new Error('asked without an attachment')
  })
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data']))
  await cluster.until('staging is asked for', () => eventsOf(cluster.api, 'Pod', 'app').some((text) => text.includes('asked without an attachment')))
  expect(attachments(cluster)).toEqual([])
})
