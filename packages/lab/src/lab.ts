/** One cluster: a Proxmox, its VMs as Linux machines, and a Kubernetes whose nodes they are. What it runs of ours is handed in. */
import { silentLog } from '@stowage/core'
import type { HostedProcess, Http, HttpHandler, ProcessHost } from '@stowage/effects'
import type { PodStreams } from './kubernetes/api/pod-streams.ts'
import { createStore } from './kubernetes/api/store.ts'
import type { Store } from './kubernetes/api/store.ts'
import { createApiHandler } from './kubernetes/http/api-handler.ts'
import { createExecUpgrade } from './kubernetes/http/exec.ts'
import type { UpgradeHandler } from './kubernetes/http/exec.ts'
import { startControlPlane } from './kubernetes/controllers/control-plane.ts'
import type { Images } from './kubernetes/kubelet/container.ts'
import { createKubelet } from './kubernetes/kubelet/kubelet.ts'
import type { Kubelet } from './kubernetes/kubelet/kubelet.ts'
import { ContainerRuntime } from './kubernetes/kubelet/runtime.ts'
import { createPodStreams } from './kubernetes/kubelet/streams.ts'
import { createSidecarImages } from './kubernetes/sidecars/images.ts'
import type { LabLayout, LabMachine } from './layout.ts'
import type { AccessOptions } from './proxmox/access/directory.ts'
import type { GuestPower } from './proxmox/vm/vm.ts'
import { createMachine } from './machines/machine.ts'
import type { Machine } from './machines/machine.ts'
import { createProxmox } from './proxmox/proxmox.ts'
import type { Proxmox } from './proxmox/proxmox.ts'
import { execute, runContainer } from './workloads/run-container.ts'

export interface LabCredentials {
  /** `kubernetes-csi@pve!csi` */
  readonly tokenId: string
  readonly tokenSecret: string
}

export interface LabOptions {
  readonly processes: ProcessHost
  readonly layout: LabLayout
  /** Images beyond the lab's own. */
  readonly images: Images
}

export interface Lab {
  readonly layout: LabLayout
  readonly store: Store
  /** The Kubernetes API. */
  readonly kubernetes: HttpHandler
  /** `kubectl exec` asks for a WebSocket: for a server on a real port. */
  readonly upgrade: UpgradeHandler
  readonly podStreams: PodStreams
  readonly proxmox: Proxmox
  readonly machines: ReadonlyMap<string, Machine>
  /** A Proxmox token with the privileges that a storage driver needs, and no more. */
  readonly credentials: LabCredentials
  /** Kubelets, controllers and containers fall silent. */
  stop(): Promise<void>
}

/** The privileges of the reference documents, on the storages and the VMs rather than on `/`. */
const driverPrivileges = ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit', 'Sys.Audit']

const tokenOwner = 'kubernetes-csi@pve'

export function createLab(options: LabOptions): Lab {
  const { layout } = options
  const started: HostedProcess[] = []
  const processes = remembering(options.processes, started)
  const { clock, random } = processes.process('lab').effects
  const store = createStore({ clock, random: random.fork('kubernetes') })
  const credentials = { tokenId: `${tokenOwner}!csi`, tokenSecret: random.fork('token').uuid() }
  const machines = new Map(layout.machines.map(({ name, systemUuid }) => [name, createMachine({ name, clock, random: random.fork(name), systemUuid })]))
  const proxmox = createProxmox({
    clock,
    random,
    nodes: layout.proxmoxNodes,
    storages: layout.storages,
    vms: layout.machines.map(({ name, vmid, on, systemUuid }) => ({ vmid, name, node: on, uuid: systemUuid })),
    access: accessFor(layout, credentials),
  })
  for (const { name, vmid } of layout.machines) void proxmox.connect(vmid, machineNamed(machines, name).hardware, powerOf(machineNamed(machines, name)))

  const runtimes = new Map<string, ContainerRuntime>()
  const podStreams = createPodStreams(store.client('kubelet'), (node) => runtimes.get(node))
  const kubernetes = createApiHandler(store, { podStreams })
  const controlPlane = startControlPlane({ api: store.client('kube-controller-manager'), clock, random: random.fork('controllers') })
  const cluster: Cluster = { ...options, processes, store, kubernetes, images: { ...createSidecarImages(store.client('csi-sidecar')), ...options.images } }
  const kubelets = layout.machines.map((each, index) => startNode(cluster, each, index, machineNamed(machines, each.name), runtimes))
  return {
    layout,
    store,
    kubernetes,
    upgrade: createExecUpgrade(store, podStreams),
    podStreams,
    proxmox,
    machines,
    credentials,
    async stop() {
      for (const kubelet of kubelets) kubelet.stop()
      controlPlane.stop()
      for (const runtime of runtimes.values()) for (const { id } of runtime.containers()) runtime.kill(id)
      for (const process of started) process.kill()
    },
  }
}

interface Cluster extends LabOptions {
  readonly store: Store
  readonly kubernetes: HttpHandler
}

/** A machine becomes a node: its containers and its kubelet, two processes that can die apart. */
function startNode({ processes, layout, store, kubernetes, images }: Cluster, { name, on, systemUuid, vmid }: LabMachine, index: number, machine: Machine, runtimes: Map<string, ContainerRuntime>): Kubelet {
  const own = { files: machine.files, programs: machine.programs }
  const host = processes.process(`containerd@${name}`, own, { machine: name }).effects
  const runtime = new ContainerRuntime({
    machine: name,
    effects: { ...host, http: withCluster(host.http, kubernetes) },
    images,
    shell: runContainer,
    execute,
    log: silentLog,
  })
  runtimes.set(name, runtime)
  const { effects } = processes.process(`kubelet@${name}`, own, { machine: name })
  return createKubelet({
    node: {
      name,
      systemUuid,
      providerId: `proxmox://${layout.region}/${vmid}`,
      address: `10.250.0.${index + 11}`,
      podNetwork: `10.244.${index + 1}`,
      labels: { 'topology.kubernetes.io/region': layout.region, 'topology.kubernetes.io/zone': on },
    },
    api: store.client('kubelet'),
    effects,
    runtime,
  })
}

/** `host`, with every process it starts put on a list. */
function remembering(host: ProcessHost, started: HostedProcess[]): ProcessHost {
  return {
    process(...args) {
      const process = host.process(...args)
      started.push(process)
      return process
    },
  }
}

/** In a container the API server has its in-cluster names. */
function withCluster(http: Http, kubernetes: HttpHandler): Http {
  const names = new Set(['kubernetes.default.svc', '10.96.0.1'])
  return { request: (request) => (names.has(new URL(request.url).hostname) ? kubernetes(request) : http.request(request)) }
}

/** A user with a token that has privileges of its own (privilege separation): on storages, VMs and nodes, not on `/`. */
function accessFor(layout: LabLayout, { tokenId, tokenSecret }: LabCredentials): AccessOptions {
  const paths = [...layout.storages.map(({ storage }) => `/storage/${storage}`), ...layout.machines.map(({ vmid }) => `/vms/${vmid}`), ...layout.proxmoxNodes.map((node) => `/nodes/${node}`)]
  return {
    users: [{ userid: tokenOwner, tokens: [{ tokenid: 'csi', secret: tokenSecret, privsep: true }] }],
    roles: { CSI: driverPrivileges },
    acl: paths.flatMap((path) => [tokenOwner, tokenId].map((ugid) => ({ path, ugid, roleid: 'CSI' }))),
  }
}

function machineNamed(machines: ReadonlyMap<string, Machine>, name: string): Machine {
  const machine = machines.get(name)
  if (machine === undefined) throw new Error(`the lab has no machine ${name}`)
  return machine
}

function powerOf(machine: Machine): GuestPower {
  return { start: async () => machine.boot(), stop: async () => machine.shutdown() }
}
