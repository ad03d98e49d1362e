import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/kubernetes/api/api.ts'
import { ApiStatusError } from '../../src/kubernetes/api/api.ts'
import type { Claim, Lease, Pod } from '../../src/kubernetes/controllers/objects.ts'
import { createPodStreams } from '../../src/kubernetes/kubelet/streams.ts'
import { claim, create, eventsOf, isRunning, phaseOf, podWith, startCluster, storageClass } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { driverImage, driverName } from './memory-driver.ts'

const podNamed = ({ api }: TestCluster, name: string): Pod | undefined => api.get<Pod>('pods', name, 'default')
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test('environment and files come from fields, config maps and secrets, and a missing one is told', async () => {
  const cluster = startCluster({ withoutDriver: true })
  create(cluster.api, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { mode: 'fast' } })
  create(cluster.api, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace: 'default' }, data: { user: Buffer.from('me').toString('base64') } })
  const env = [
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
    { name: 'WHO', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } },
    { name: 'ALL', value: '$(MODE) on $(NODE), $$(MODE), $(NOTHING)' },
  ]
  const volumes = [{ name: 'conf', configMap: { name: 'settings' } }, { name: 'scratch', emptyDir: {} }]
  create(cluster.api, podWith('app', [], { nodeName: 'n1', volumes, containers: [{ name: 'main', image: 'busybox', command: ['dump', '$(ALL)', '/conf/mode'], env, volumeMounts: [{ name: 'conf', mountPath: '/conf', readOnly: true }, { name: 'scratch', mountPath: '/scratch' }] }] }))
  create(cluster.api, podWith('waits', [], { nodeName: 'n1', containers: [{ name: 'main', image: 'busybox', command: ['sleep'], env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'later', key: 'x' } } }] }] }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const log = createPodStreams(cluster.api, (node) => cluster.kubelet(node).runtime)
  await cluster.until('it wrote', () => log.logs('default', 'app', undefined, {}).lines.length >= 2)
  expect(log.logs('default', 'app', undefined, {}).lines.map((line) => line.text)).toEqual(['fast on n1, $(MODE), $(NOTHING)', 'fast', 'read-only: EROFS', 'scratch: written'])
  expect(podNamed(cluster, 'waits')?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'secret "later" not found' })
  create(cluster.api, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'later', namespace: 'default' }, data: { x: '' } })
  await cluster.until('waits runs', () => isRunning(cluster.api, 'waits'))
})

test('exec and logs reach the container, and name what is not there', async () => {
  const cluster = startCluster({ withoutDriver: true })
  create(cluster.api, podWith('app', [], { nodeName: 'n2' }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const streams = createPodStreams(cluster.api, (node) => cluster.kubelet(node).runtime)
  const result = await cluster.world.run(() => streams.exec('default', 'app', undefined, ['echo', 'hello']))
  expect([result.exitCode, text(result.stdout)]).toEqual([0, 'ran echo hello'])
  const seen: (string | undefined)[] = []
  streams.logs('default', 'app', 'main', {}).follow((line) => seen.push(line?.text))
  cluster.api.delete('pods', 'app', 'default')
  await cluster.until('app is gone', () => podNamed(cluster, 'app') === undefined)
  expect(seen).toEqual([undefined])
  expect(() => streams.logs('default', 'app', undefined, {})).toThrow(ApiStatusError)
})

test('init containers run one after the other before the rest', async () => {
  const cluster = startCluster({ withoutDriver: true })
  const init = (name: string): object => ({ name, image: 'busybox', command: ['exit', '0'] })
  create(cluster.api, podWith('app', [], { nodeName: 'n1', initContainers: [init('first'), init('second')] }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const ended = cluster.kubelet('n1').runtime.containers(podNamed(cluster, 'app')?.metadata.uid).map(({ spec }) => spec.name)
  expect(ended).toEqual(['first', 'second', 'main'])
  create(cluster.api, podWith('fails', [], { nodeName: 'n1', restartPolicy: 'Never', initContainers: [{ name: 'init', image: 'busybox', command: ['exit', '1'] }] }))
  await cluster.until('it failed', () => phaseOf(cluster.api, 'pods', 'fails', 'default') === 'Failed')
})

test('a block volume is handed to its pod as a device and taken back', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('raw', { volumeMode: 'Block' }))
  create(cluster.api, podWith('app', [], { containers: [{ name: 'main', image: 'busybox', command: ['sleep'], volumeDevices: [{ name: 'raw', devicePath: '/dev/xvda' }] }], volumes: [{ name: 'raw', persistentVolumeClaim: { claimName: 'raw' } }] }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const pod = podNamed(cluster, 'app')
  const volume = cluster.api.get<Claim>('persistentvolumeclaims', 'raw', 'default')?.spec.volumeName
  const disk = [...cluster.backend.disks.values()][0]
  expect([...(disk?.published ?? [])]).toEqual([`${pod?.spec.nodeName}:/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/${volume}/${pod?.metadata.uid}`])
  cluster.api.delete('pods', 'app', 'default')
  await cluster.until('detached', () => disk?.attachedTo === undefined)
  expect([disk?.published.size, disk?.staged.size]).toEqual([0, 0])
})

test('fsGroup gives a volume to its group after it is published', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data'], { securityContext: { fsGroup: 2000 } }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  const pod = podNamed(cluster, 'app')
  const volume = cluster.api.get<Claim>('persistentvolumeclaims', 'data', 'default')?.spec.volumeName
  const { effects } = cluster.world.process('look', {}, { machine: pod?.spec.nodeName ?? '' })
  const stat = await cluster.world.run(() => effects.files.stat(`/var/lib/kubelet/pods/${pod?.metadata.uid}/volumes/kubernetes.io~csi/${volume}/mount`))
  expect([stat?.gid, (stat?.mode ?? 0) & 0o2770]).toEqual([2000, 0o2770])
})

test('a secret that the class names by template reaches the driver, and its absence is told on the claim', async () => {
  const cluster = startCluster()
  const parameters = { 'csi.storage.k8s.io/provisioner-secret-name': 'key-of-${pvc.name}', 'csi.storage.k8s.io/provisioner-secret-namespace': '${pvc.namespace}', tier: 'gold' }
  create(cluster.api, storageClass('locked', { volumeBindingMode: 'Immediate', parameters }))
  const seen: unknown[] = []
  cluster.backend.faults.set('CreateVolume', (request) => seen.push(request))
  create(cluster.api, claim('data', { storageClassName: 'locked' }))
  await cluster.until('it is told', () => eventsOf(cluster.api, 'PersistentVolumeClaim', 'data').some((each) => each.startsWith('ProvisioningFailed')))
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')).toContain('ProvisioningFailed: error getting secret key-of-data in namespace default: secrets "key-of-data" not found')
  create(cluster.api, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key-of-data', namespace: 'default' }, data: { key: Buffer.from('1234').toString('base64') } })
  await cluster.until('bound', () => phaseOf(cluster.api, 'persistentvolumeclaims', 'data', 'default') === 'Bound')
  expect(seen).toMatchObject([{ secrets: { key: '1234' }, parameters: { tier: 'gold', 'csi.storage.k8s.io/pvc/name': 'data', 'csi.storage.k8s.io/pvc/namespace': 'default' } }])
})

test('what is infeasible is told once and asked again only much later', async () => {
  const cluster = startCluster()
  create(cluster.api, storageClass('odd', { volumeBindingMode: 'Immediate' }))
  const { RpcFailure, rpcCode } = await import('@stowage/effects')
  cluster.backend.faults.set('CreateVolume', () => { throw new RpcFailure(rpcCode.INVALID_ARGUMENT, 'unknown parameter "tyer"; did you mean "tier"?') })
  create(cluster.api, claim('data', { storageClassName: 'odd' }))
  await cluster.until('it is told', () => eventsOf(cluster.api, 'PersistentVolumeClaim', 'data').some((each) => each.startsWith('ProvisioningFailed')))
  await cluster.world.run(() => cluster.world.process('wait').effects.clock.sleep(60_000))
  expect(cluster.backend.calls.filter((each) => each.startsWith('CreateVolume')).length).toBe(1)
  expect(eventsOf(cluster.api, 'PersistentVolumeClaim', 'data')).toContain('ProvisioningFailed: Volume provisioning failed with infeasible error. Retries will be delayed. rpc error: code = InvalidArgument desc = unknown parameter "tyer"; did you mean "tier"?')
})

test('of two controllers with leader election one works, and the other takes over when it is killed', async () => {
  const cluster = startCluster({ provisionerArgs: ['--leader-election=true', '--leader-election-namespace=kube-system'] })
  const first = cluster.api.get<Pod>('pods', 'controller', 'kube-system')!
  create(cluster.api, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'second', namespace: 'kube-system' }, spec: { ...first.spec, nodeName: 'n2' } })
  await cluster.until('second runs', () => phaseOf(cluster.api, 'pods', 'second', 'kube-system') === 'Running')
  create(cluster.api, claim('one', { storageClassName: 'now' }))
  await cluster.until('one is bound', () => phaseOf(cluster.api, 'persistentvolumeclaims', 'one', 'default') === 'Bound')
  const leases = (): readonly (string | undefined)[] => cluster.api.list<Lease>('leases.coordination.k8s.io', { namespace: 'kube-system' }).map(({ spec }) => spec?.holderIdentity)
  const leader = leases()[0] ?? ''
  expect(leases()).toHaveLength(1)
  const node = leader === 'second' ? 'n2' : 'n1'
  cluster.cutPower(node)
  create(cluster.api, claim('two', { storageClassName: 'now' }))
  await cluster.until('two is bound', () => phaseOf(cluster.api, 'persistentvolumeclaims', 'two', 'default') === 'Bound')
  expect(leases()[0]).toBe(leader === 'second' ? 'controller' : 'second')
  expect(cluster.backend.disks.size).toBe(2)
})

test('a driver that is killed is started again by its kubelet and registers anew, and its CSINode entry stays', async () => {
  const cluster = startCluster()
  const entry = (): KubeObject | undefined => cluster.api.get('csinodes.storage.k8s.io', 'n1')
  await cluster.until('registered', () => JSON.stringify(entry() ?? {}).includes('memory.csi.test'))
  const driver = cluster.kubelet('n1').runtime.containers().find(({ spec }) => spec.pod === 'driver-n1')
  cluster.kubelet('n1').runtime.kill(driver?.id ?? '')
  await cluster.until('restarted', () => (cluster.api.get<Pod>('pods', 'driver-n1', 'kube-system')?.status?.containerStatuses?.[0]?.restartCount ?? 0) === 1)
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data'], { nodeSelector: { 'kubernetes.io/hostname': 'n1' } }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  expect(JSON.stringify(entry())).toContain('memory.csi.test')
})

test('the kubelet knows how full its volumes are', async () => {
  const cluster = startCluster()
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data'], { nodeSelector: { 'kubernetes.io/hostname': 'n1' } }))
  await cluster.until('stats', () => cluster.kubelet('n1').volumeStats().length === 1, 180_000)
  expect(cluster.kubelet('n1').volumeStats()[0]).toMatchObject({ totalBytes: 1024 ** 3, claim: { metadata: { name: 'data' } } })
})

test('with a provisioner on each node, a volume is made by the node that was chosen, and an Immediate one by one of them', async () => {
  const cluster = startCluster({ withoutDriver: true })
  create(cluster.api, { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: driverName }, spec: { attachRequired: false, storageCapacity: true } })
  create(cluster.api, storageClass('fast'))
  create(cluster.api, storageClass('now', { volumeBindingMode: 'Immediate' }))
  const args = ['--csi-address=/csi/csi.sock', '--node-deployment=true', '--node-deployment-base-delay=1s', '--enable-capacity=true', '--capacity-ownerref-level=0', '--feature-gates=Topology=true']
  const env = ['NODE_NAME:spec.nodeName', 'POD_NAME:metadata.name', 'NAMESPACE:metadata.namespace'].map((each) => ({ name: each.split(':')[0], valueFrom: { fieldRef: { fieldPath: each.split(':')[1] } } }))
  for (const node of cluster.nodes) {
    create(cluster.api, {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: `driver-${node}`, namespace: 'kube-system' },
      spec: {
        nodeName: node,
        containers: [
          { name: 'driver', image: driverImage, args: ['--mode=all'], volumeMounts: [{ name: 'kubelet', mountPath: '/var/lib/kubelet' }] },
          { name: 'provisioner', image: 'registry.k8s.io/sig-storage/csi-provisioner:v6.3.0', args, env, volumeMounts: [{ name: 'socket', mountPath: '/csi' }] },
        ],
        volumes: [{ name: 'kubelet', hostPath: { path: '/var/lib/kubelet' } }, { name: 'socket', hostPath: { path: `/var/lib/kubelet/plugins/${driverName}`, type: 'DirectoryOrCreate' } }],
      },
    })
  }
  create(cluster.api, claim('now', { storageClassName: 'now' }))
  create(cluster.api, claim('data'))
  create(cluster.api, podWith('app', ['data'], { nodeSelector: { 'kubernetes.io/hostname': 'n3' } }))
  await cluster.until('both are bound', () => ['now', 'data'].every((name) => phaseOf(cluster.api, 'persistentvolumeclaims', name, 'default') === 'Bound'))
  expect(cluster.backend.calls.filter((each) => each.startsWith('CreateVolume')).length).toBe(2)
  expect(cluster.backend.calls).toContain('CreateVolume@n3')
  expect(cluster.backend.disks.get(cluster.api.get<Claim>('persistentvolumeclaims', 'data', 'default')?.spec.volumeName ?? '')?.zone).toBe('b')
})

test('an ephemeral volume is claimed for its pod and goes with it', async () => {
  const cluster = startCluster()
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } }
  create(cluster.api, podWith('app', [], { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }] }))
  await cluster.until('app runs', () => isRunning(cluster.api, 'app'))
  expect(cluster.api.get<Claim>('persistentvolumeclaims', 'app-scratch', 'default')?.status?.phase).toBe('Bound')
  cluster.api.delete('pods', 'app', 'default')
  await cluster.until('all is gone', () => cluster.backend.disks.size === 0)
})

test('a subPath that is not there is made, and only it is seen', async () => {
  const cluster = startCluster({ withoutDriver: true })
  const containers = [{ name: 'main', image: 'busybox', command: ['dump', 'word', '/missing'], volumeMounts: [{ name: 'all', mountPath: '/scratch', subPath: 'deep/er' }] }]
  create(cluster.api, podWith('app', [], { nodeName: 'n1', restartPolicy: 'Never', volumes: [{ name: 'all', hostPath: { path: '/srv/all' } }], containers }))
  await cluster.until('app has run', () => phaseOf(cluster.api, 'pods', 'app', 'default') === 'Failed')
  const { effects } = cluster.world.process('look', {}, { machine: 'n1' })
  expect((await cluster.world.run(() => effects.files.stat('/srv/all/deep/er')))?.kind).toBe('directory')
})
