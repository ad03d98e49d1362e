/** A whole cluster in virtual time for tests: store, control plane, kubelets, sidecars and the memory driver. */
import { createLog } from '@stowage/core'
import type { LogRecord } from '@stowage/core'
import { FileFailure } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import type { VirtualProcess } from '@stowage/effects/virtual'
import type { Api, KubeInput, KubeObject } from '../../src/kubernetes/api/api.ts'
import { createStore } from '../../src/kubernetes/api/store.ts'
import { startControlPlane } from '../../src/kubernetes/controllers/control-plane.ts'
import type { Controller } from '../../src/kubernetes/controllers/controller.ts'
import type { ContainerContext } from '../../src/kubernetes/kubelet/container.ts'
import { createKubelet } from '../../src/kubernetes/kubelet/kubelet.ts'
import type { Kubelet } from '../../src/kubernetes/kubelet/kubelet.ts'
import { ContainerRuntime } from '../../src/kubernetes/kubelet/runtime.ts'
import { createOperatorImages } from '../../src/kubernetes/operators/images.ts'
import { createSidecarImages } from '../../src/kubernetes/sidecars/images.ts'
import { MemoryBackend, driverImage, driverName, memoryDriver } from './memory-driver.ts'

export interface TestCluster {
  readonly world: VirtualWorld
  readonly api: Api
  readonly backend: MemoryBackend
  readonly nodes: readonly string[]
  readonly controlPlane: Controller
  readonly logs: readonly LogRecord[]
  kubelet(node: string): Kubelet
  /** kill -9; containers go on. */
  killKubelet(node: string): void
  startKubelet(node: string): void
  /** Power cut: kubelet and containers. */
  cutPower(node: string): void
  /** Until the condition holds, at most `ms` of virtual time; throws with what there is otherwise. */
  until(what: string, condition: () => unknown, ms?: number): Promise<void>
}

export interface ClusterOptions {
  readonly seed?: number | string
  /** By node name its zone. Default three nodes in two zones. */
  readonly zones?: Readonly<Record<string, string>>
  readonly provisionerArgs?: readonly string[]
  /** Without the driver's pods. */
  readonly withoutDriver?: boolean
}

export function startCluster(options: ClusterOptions = {}): TestCluster {
  const zones = new Map(Object.entries(options.zones ?? { n1: 'a', n2: 'a', n3: 'b' }))
  const world = new VirtualWorld({ seed: options.seed ?? 1, keepTrace: 100 })
  const { effects } = world.process('control-plane')
  const logs: LogRecord[] = []
  const log = createLog((record) => logs.push(record))
  const store = createStore({ clock: effects.clock, random: effects.random.fork('store') })
  const api = store.client('test')
  const backend = new MemoryBackend(zones)
  const controlPlane = startControlPlane({ api, clock: effects.clock, random: effects.random.fork('controllers'), log })
  const images = { ...createSidecarImages(api), ...createOperatorImages(api), ...memoryDriver(backend) }
  const runtimes = new Map<string, { runtime: ContainerRuntime; process: VirtualProcess }>()
  const kubelets = new Map<string, { kubelet: Kubelet; process: VirtualProcess }>()
  let restarts = 0
  const startRuntime = (node: string): void => {
    const process = world.process(`containerd/${node}/${restarts++}`, {}, { machine: node })
    const runtime = new ContainerRuntime({ machine: node, effects: process.effects, images, shell: waitForEnd, execute: (_, argv) => Promise.resolve({ exitCode: 0, stdout: `ran ${argv.join(' ')}`, stderr: '' }), log })
    runtimes.set(node, { runtime, process })
  }
  const startKubelet = (node: string): void => {
    if (runtimes.get(node)?.process.alive !== true) startRuntime(node)
    const process = world.process(`kubelet/${node}/${restarts++}`, {}, { machine: node })
    const runtime = runtimes.get(node)?.runtime
    if (runtime === undefined) throw new Error(`no runtime on ${node}`)
    const kubelet = createKubelet({ node: { name: node, systemUuid: `uuid-${node}` }, api, effects: process.effects, runtime, log })
    kubelets.set(node, { kubelet, process })
  }
  for (const node of zones.keys()) startKubelet(node)
  if (options.withoutDriver !== true) for (const each of driverObjects([...zones.keys()], options.provisionerArgs ?? [])) create(api, each)
  return {
    world, api, backend, controlPlane, logs,
    nodes: [...zones.keys()],
    kubelet: (node) => kubelets.get(node)!.kubelet,
    killKubelet: (node) => kubelets.get(node)!.process.kill(),
    startKubelet,
    cutPower: (node) => {
      kubelets.get(node)!.process.kill()
      runtimes.get(node)!.process.kill()
    },
    until: (what, condition, ms = 60_000) => world.run(async () => {
      const end = world.elapsed() + ms
      while (!condition()) {
        if (world.elapsed() > end) throw new Error(`not within ${ms} ms: ${what}\n${describe(api)}\n${logs.slice(-20).map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`).join('\n')}`)
        await effects.clock.sleep(100)
      }
    }),
  }
}

/** `sleep infinity`; with `exit N` as its command it ends so; `dump` writes a word, a file, and what it may write. */
async function waitForEnd(context: ContainerContext): Promise<number> {
  const [program, word = '', path = ''] = context.command
  const { files } = context.effects
  if (program === 'exit') return Number(word)
  if (program === 'dump') {
    context.log(word)
    context.log(await files.readText(path))
    await files.writeAtomic(path, 'x').catch((error: unknown) => context.log(`read-only: ${error instanceof FileFailure ? error.code : String(error)}`))
    await files.writeAtomic('/scratch/x', 'x').then(() => context.log('scratch: written'))
  }
  await new Promise<void>((resolve) => context.stop.addEventListener('abort', () => resolve(), { once: true }))
  return 0
}

const resources: Readonly<Record<string, string>> = {
  Pod: 'pods', PersistentVolumeClaim: 'persistentvolumeclaims', PersistentVolume: 'persistentvolumes', StorageClass: 'storageclasses.storage.k8s.io', CSIDriver: 'csidrivers.storage.k8s.io',
  StatefulSet: 'statefulsets.apps', Deployment: 'deployments.apps', DaemonSet: 'daemonsets.apps', ConfigMap: 'configmaps', Secret: 'secrets', Namespace: 'namespaces',
}

export function create<T extends KubeObject = KubeObject>(api: Api, object: KubeInput & Readonly<Record<string, unknown>>): T {
  return api.create<T>(resources[object.kind] ?? '', object)
}

function driverObjects(nodes: readonly string[], provisionerArgs: readonly string[]): readonly (KubeInput & Readonly<Record<string, unknown>>)[] {
  const socketDirectory = { name: 'socket', mountPath: '/csi' }
  const sidecar = (name: string, args: readonly string[] = []): object => ({ name, image: `registry.k8s.io/sig-storage/${name}:v1`, args: ['--csi-address=/csi/csi.sock', '--timeout=60s', ...args], volumeMounts: [socketDirectory] })
  const nodePod = (node: string): KubeInput & Readonly<Record<string, unknown>> => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: `driver-${node}`, namespace: 'kube-system' },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'driver', image: `${driverImage}:1`, args: ['--mode=node'], securityContext: { privileged: true }, volumeMounts: [{ name: 'kubelet', mountPath: '/var/lib/kubelet' }] }],
      volumes: [{ name: 'kubelet', hostPath: { path: '/var/lib/kubelet' } }],
    },
  })
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: driverName }, spec: { attachRequired: true, podInfoOnMount: false, storageCapacity: provisionerArgs.includes('--enable-capacity') } },
    storageClass('fast'),
    storageClass('now', { volumeBindingMode: 'Immediate' }),
    {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'controller', namespace: 'kube-system' },
      spec: {
        nodeName: nodes[0],
        tolerations: [{ operator: 'Exists' }],
        containers: [
          { name: 'driver', image: `${driverImage}:1`, args: ['--mode=controller'], volumeMounts: [socketDirectory] },
          sidecar('csi-provisioner', ['--feature-gates=Topology=true', '--default-fstype=ext4', '--extra-create-metadata', ...provisionerArgs]),
          sidecar('csi-attacher'),
          sidecar('csi-resizer'),
        ],
        volumes: [{ name: 'socket', emptyDir: {} }],
      },
    },
    ...nodes.map(nodePod),
  ]
}

export function storageClass(name: string, more: Readonly<Record<string, unknown>> = {}): KubeInput & Readonly<Record<string, unknown>> {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: driverName, reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer', allowVolumeExpansion: true, ...more }
}

export function claim(name: string, more: Readonly<Record<string, unknown>> = {}): KubeInput & Readonly<Record<string, unknown>> {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } }, ...more } }
}

export function podWith(name: string, claims: readonly string[], more: Readonly<Record<string, unknown>> = {}): KubeInput & Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'busybox', command: ['sleep', 'infinity'], volumeMounts: claims.map((each) => ({ name: each, mountPath: `/data/${each}` })) }],
      volumes: claims.map((each) => ({ name: each, persistentVolumeClaim: { claimName: each } })),
      ...more,
    },
  }
}

interface EventObject extends KubeObject {
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
}

export function eventsOf(api: Api, kind: string, name: string): readonly string[] {
  return api.list<EventObject>('events').filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name).map(({ reason, message }) => `${reason}: ${message}`)
}

export function phaseOf(api: Api, resource: string, name: string, namespace?: string): string | undefined {
  return api.get<KubeObject & { status?: { phase?: string } }>(resource, name, namespace)?.status?.phase
}

export function isRunning(api: Api, name: string, namespace = 'default'): boolean {
  return phaseOf(api, 'pods', name, namespace) === 'Running'
}

function describe(api: Api): string {
  const pods = api.list<KubeObject & { status?: { phase?: string }; spec: { nodeName?: string } }>('pods').map(({ metadata, status, spec }) => `pod ${metadata.name} ${status?.phase} on ${spec.nodeName}${metadata.deletionTimestamp === undefined ? '' : ' (being deleted)'}`)
  const claims = api.list<KubeObject & { status?: { phase?: string } }>('persistentvolumeclaims').map(({ metadata, status }) => `claim ${metadata.name} ${status?.phase}`)
  const events = api.list<EventObject>('events').slice(-30).map(({ involvedObject, reason, message }) => `${involvedObject.kind}/${involvedObject.name} ${reason}: ${message}`)
  return [...pods.slice(0, 20), ...claims.slice(0, 20), ...events].join('\n')
}
