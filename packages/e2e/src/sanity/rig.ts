/** The real driver on real sockets, over the lab's Proxmox and one of its machines: what csi-sanity is let loose on. */
import { createLog } from '@stowage/core'
import type { Log } from '@stowage/core'
import { runDriver } from '@stowage/driver'
import type { Effects, Files, Http, HttpHandler, Rpc } from '@stowage/effects'
import { listenHttp, realEffects } from '@stowage/effects/real'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import type { Store } from '@stowage/lab/kubernetes/api/store'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { createMachine } from '@stowage/lab/machines/machine'
import { createProxmox } from '@stowage/lab/proxmox/proxmox'
import type { Proxmox } from '@stowage/lab/proxmox/proxmox'
import { pathServer } from './path-server.ts'
import type { Row } from './rows.ts'

const gib = 1024 ** 3
const node = 'k1'

const systemUuid = '11111111-0000-4000-8000-000000000101'
const token = { owner: 'kubernetes-csi@pve', name: 'csi', secret: '00000000-0000-4000-8000-000000000001' }

/** The privileges of the reference documents, on storages, VMs and nodes. */
const privileges = ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit', 'Sys.Audit']

export interface Rig {
  readonly nodeSocket: string
  readonly controllerSocket: string
  /** Where `path-command` finds the machine's paths. */
  readonly pathsUrl: string
  stop(): Promise<void>
}

/** `directory`: short, empty, ours. */
export async function startRig(row: Row, directory: string, logLine: (line: string) => void): Promise<Rig> {
  const base = realEffects()
  const { clock, random } = base
  const machine = createMachine({ name: node, clock, random, systemUuid })
  const proxmox = createCluster(base)
  await proxmox.connect(101, machine.hardware)
  const store = createStore({ clock, random })
  addNode(store)
  await writeConfiguration(machine.files)
  const effects: Effects = { ...base, files: machine.files, programs: machine.programs, http: toLab(base.http, proxmox, createApiHandler(store)), rpc: shortSockets(base.rpc, directory) }
  const stop = new AbortController()
  const log = createLog(({ level, message, fields }) => logLine(JSON.stringify({ level, message, ...fields })))
  const roles = [['--role=node', `--node=${node}`], ...(row.backend === 'proxmox' ? [['--role=controller', '--socket-dir=/csi']] : [])]
  const ended = roles.map((args) => started(args, effects, log, stop))
  const paths = await listenHttp(pathServer(machine.files))
  const name = row.backend === 'proxmox' ? 'proxmox.csi.stowage.dev' : 'local.csi.stowage.dev'
  const nodeSocket = socketOf(directory, `/var/lib/kubelet/plugins/${name}/csi.sock`)
  return {
    nodeSocket,
    controllerSocket: row.backend === 'proxmox' ? socketOf(directory, `/csi/${name}.sock`) : nodeSocket,
    pathsUrl: paths.url,
    async stop() {
      stop.abort()
      await Promise.all(ended)
      await paths.close()
      machine.crash()
      base.close()
    },
  }
}

const config = `drivers:
  - { name: proxmox.csi.stowage.dev, backend: proxmox }
  - { name: local.csi.stowage.dev, backend: local }
proxmox:
  clusters:
    - { name: pve, region: pve, endpoints: ["https://pve1.example:8006"], tls: { insecure: true }, credentialsDir: /etc/stowage/credentials }
local: { path: /var/lib/stowage }
`

/** One Proxmox node with the three kinds of storage, our VM, and the stopped one whose config lends itself to disks that grow unattached. */
function createCluster({ clock, random }: Effects): Proxmox {
  const paths = ['/storage/zfspool', '/storage/lvmthin', '/storage/dir', '/vms/101', '/vms/900', '/nodes/pve1']
  const subjects = [token.owner, `${token.owner}!${token.name}`]
  return createProxmox({
    clock,
    random,
    nodes: ['pve1'],
    storages: [
      { storage: 'zfspool', type: 'zfspool', sizeBytes: 900 * gib, sparse: true },
      { storage: 'lvmthin', type: 'lvmthin', sizeBytes: 500 * gib },
      { storage: 'dir', type: 'dir', sizeBytes: 500 * gib },
    ],
    vms: [
      { vmid: 101, name: node, node: 'pve1', uuid: systemUuid },
      { vmid: 900, name: 'stowage-holder', node: 'pve1', running: false },
    ],
    access: {
      users: [{ userid: token.owner, tokens: [{ tokenid: token.name, secret: token.secret, privsep: true }] }],
      roles: { CSI: privileges },
      acl: paths.flatMap((path) => subjects.map((ugid) => ({ path, ugid, roleid: 'CSI' }))),
    },
  })
}

/** What a kubelet and the driver's controller would have made of it. */
function addNode(store: Store): void {
  const api = store.client('kubelet')
  const labels = { 'topology.kubernetes.io/region': 'pve', 'topology.kubernetes.io/zone': 'pve1' }
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels }, spec: { providerID: 'proxmox://pve/101' }, status: { nodeInfo: { systemUUID: systemUuid } } }
  api.create('nodes', object)
  api.patch('nodes', node, undefined, 'application/merge-patch+json', { status: object.status }, { subresource: 'status' })
}

async function writeConfiguration(files: Files): Promise<void> {
  const account = '/var/run/secrets/kubernetes.io/serviceaccount'
  for (const path of ['/etc/stowage/credentials', '/var/lib/stowage', account]) await files.makeDirectory(path)
  const contents = { '/etc/stowage/config.yaml': config, '/etc/stowage/credentials/token_id': `${token.owner}!${token.name}`, '/etc/stowage/credentials/token_secret': token.secret, [`${account}/ca.crt`]: 'none', [`${account}/namespace`]: 'storage-system', [`${account}/token`]: 'rig' }
  for (const [path, content] of Object.entries(contents)) await files.writeAtomic(path, content)
}

async function started(args: readonly string[], effects: Effects, log: Log, stop: AbortController): Promise<void> {
  const env = { KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' }
  const code = await runDriver({ args: ['--config=/etc/stowage/config.yaml', ...args], env, effects, log, stop: stop.signal })
  if (code !== 0) throw new Error(`the driver ended with exit code ${code}; its log says why`)
}

/** The driver's two servers, without TLS: certificates are another test's business. */
function toLab(http: Http, proxmox: Proxmox, kubernetes: HttpHandler): Http {
  const api = proxmox.handler('pve1')
  return {
    request: (request) => {
      const { hostname } = new URL(request.url)
      if (hostname === 'pve1.example') return api(request)
      return hostname === 'kubernetes.default.svc' ? kubernetes(request) : http.request(request)
    },
  }
}

/** A socket's path holds 107 bytes at most (unix(7)), and the machine's directories are not this system's. */
function socketOf(directory: string, address: string): string {
  return `${directory}/${address.replace(/^\//, '').replaceAll('/', '_').replace('var_lib_kubelet_', '')}`
}

function shortSockets(rpc: Rpc, directory: string): Rpc {
  return {
    connect: (address) => rpc.connect(socketOf(directory, address)),
    serve: (address, methods, handler) => rpc.serve(socketOf(directory, address), methods, handler),
    list: (path) => rpc.list(path),
  }
}
