/** One cluster: a Proxmox, its VMs as Linux machines, and a Kubernetes whose nodes they are. What it runs of ours is handed in. */
import type { HostedProcess, Http, HttpHandler, ProcessHost } from '@stowage/effects'
import type { PodStreams } from './kubernetes/api/pod-streams.ts'
import { createStore } from './kubernetes/api/store.ts'
import type { Store } from './kubernetes/api/store.ts'
import { createApiHandler } from './kubernetes/http/api-handler.ts'
import { createExecUpgrade } from './kubernetes/http/exec.ts'
import type { UpgradeHandler } from './kubernetes/http/exec.ts'
import { startControlPlane } from './kubernetes/controllers/control-plane.ts'
import type { Images } from './kubernetes/kubelet/container.ts'
import { createPodStreams } from './kubernetes/kubelet/streams.ts'
import { createOperatorImages } from './kubernetes/operators/images.ts'
import type { OperatorFacts } from './kubernetes/operators/images.ts'
import { createSidecarImages } from './kubernetes/sidecars/images.ts'
import { LabNode } from './lab-node.ts'
import type { LabLayout, LabMachine } from './layout.ts'
import type { AccessOptions } from './proxmox/access/directory.ts'
import { createMachine } from './machines/machine.ts'
import type { Machine } from './machines/machine.ts'
import { createProxmox } from './proxmox/proxmox.ts'
import type { Proxmox } from './proxmox/proxmox.ts'

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
  /** What the operators of Rook and Velero find: disks of the nodes, buckets. */
  readonly operators?: OperatorFacts
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
  /** The machines as nodes of the cluster, by the same names. */
  readonly nodes: ReadonlyMap<string, LabNode>
  /** A Proxmox token with the privileges that a storage driver needs, and no more. */
  readonly credentials: LabCredentials
  /** A token of root@pam that may do everything: for who sits at the keyboard, never for a driver. */
  readonly administrator: LabCredentials
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
  const administrator = { tokenId: 'root@pam!lab', tokenSecret: random.fork('administrator').uuid() }
  const machines = new Map(layout.machines.map(({ name, systemUuid }) => [name, createMachine({ name, clock, random: random.fork(name), systemUuid })]))
  const proxmox = createProxmox({
    clock,
    random,
    nodes: layout.proxmoxNodes,
    storages: layout.storages,
    vms: layout.machines.map(({ name, vmid, on, systemUuid }) => ({ vmid, name, node: on, uuid: systemUuid })),
    access: accessFor(layout, credentials, administrator),
  })

  const nodes = new Map<string, LabNode>()
  const podStreams = createPodStreams(store.client('kubelet'), (node) => nodes.get(node)?.runtime)
  const kubernetes = createApiHandler(store, { podStreams })
  const controlPlane = startControlPlane({ api: store.client('kube-controller-manager'), clock, random: random.fork('controllers') })
  const cluster: Cluster = { ...options, processes, store, kubernetes, images: { ...createSidecarImages(store.client('csi-sidecar')), ...createOperatorImages(store.client('operator'), options.operators), ...options.images } }
  for (const [index, each] of layout.machines.entries()) {
    const machine = machineNamed(machines, each.name)
    const node = startNode(cluster, each, index, machine)
    nodes.set(each.name, node)
    void proxmox.connect(each.vmid, machine.hardware, { start: async () => node.boot(), stop: async () => node.shutdown() })
  }
  return {
    layout,
    store,
    kubernetes,
    upgrade: createExecUpgrade(store, podStreams),
    podStreams,
    proxmox,
    machines,
    nodes,
    credentials,
    administrator,
    async stop() {
      controlPlane.stop()
      for (const node of nodes.values()) node.stop()
      for (const process of started) process.kill()
    },
  }
}

interface Cluster extends LabOptions {
  readonly store: Store
  readonly kubernetes: HttpHandler
}

function startNode({ processes, layout, store, kubernetes, images }: Cluster, { name, on, systemUuid, vmid }: LabMachine, index: number, machine: Machine): LabNode {
  return new LabNode({
    machine,
    processes,
    images,
    api: store.client('kubelet'),
    inCluster: (effects) => ({ ...effects, http: withCluster(effects.http, kubernetes) }),
    node: {
      name,
      systemUuid,
      providerId: `proxmox://${layout.region}/${vmid}`,
      address: `10.250.0.${index + 11}`,
      podNetwork: `10.244.${index + 1}`,
      labels: { 'topology.kubernetes.io/region': layout.region, 'topology.kubernetes.io/zone': on },
    },
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
function accessFor(layout: LabLayout, { tokenId, tokenSecret }: LabCredentials, administrator: LabCredentials): AccessOptions {
  const paths = [...layout.storages.map(({ storage }) => `/storage/${storage}`), ...layout.machines.map(({ vmid }) => `/vms/${vmid}`), ...layout.proxmoxNodes.map((node) => `/nodes/${node}`)]
  return {
    users: [
      { userid: 'root@pam', tokens: [{ tokenid: 'lab', secret: administrator.tokenSecret, privsep: false }] },
      { userid: tokenOwner, tokens: [{ tokenid: 'csi', secret: tokenSecret, privsep: true }] },
    ],
    roles: { CSI: driverPrivileges },
    acl: paths.flatMap((path) => [tokenOwner, tokenId].map((ugid) => ({ path, ugid, roleid: 'CSI' }))),
  }
}

function machineNamed(machines: ReadonlyMap<string, Machine>, name: string): Machine {
  const machine = machines.get(name)
  if (machine === undefined) throw new Error(`the lab has no machine ${name}`)
  return machine
}
