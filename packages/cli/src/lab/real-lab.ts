/** The lab in real time: its APIs listen on loopback, the driver answers on real sockets. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Http } from '@stowage/effects'
import { listenHttp, realEffects, realProcesses } from '@stowage/effects/real'
import { KubernetesClient } from '@stowage/kubernetes'
import { createLab, homelab, kubeconfig } from '@stowage/lab'
import type { Lab } from '@stowage/lab'
import { createServerCertificate } from '@stowage/lab/proxmox/certificate'
import { stowageImages } from './images.ts'
import { withControl } from './lab-control.ts'
import { storeCredentials } from './storage-credentials.ts'

export interface RunningLab {
  readonly lab: Lab
  readonly client: KubernetesClient
  /** `http://127.0.0.1:41234` */
  readonly kubernetesUrl: string
  /** By Proxmox node name. */
  readonly proxmoxUrls: Readonly<Record<string, string>>
  readonly kubeconfig: string
  /** Writes it into the lab's own directory, which goes with the lab; answers the path. */
  writeKubeconfig(): Promise<string>
  readonly ca: string
  /** The directory of its sockets. */
  readonly scratch: string
  stop(): Promise<void>
}

export interface RealLabOptions {
  /** Port of the Kubernetes API; default any. */
  readonly port?: number
  /** Lets another process of this user stop it. */
  readonly control?: { readonly id: string; readonly stop: () => void }
}

export async function startRealLab(options: RealLabOptions = {}): Promise<RunningLab> {
  const effects = realEffects()
  const sockets = await mkdtemp(join(tmpdir(), 'sw-'))
  const hosts = new Map<string, string>()
  const lab = createLab({
    processes: realProcesses({ ...effects, http: byHostsFile(effects.http, hosts) }, sockets),
    layout: homelab,
    images: stowageImages,
  })
  const certificate = await createServerCertificate(effects.clock.now(), ['localhost', '127.0.0.1', ...homelab.proxmoxNodes.map((node) => `${node}.example`)])
  const tls = { cert: certificate.certPem, key: certificate.keyPem }
  const api = options.control === undefined ? lab.kubernetes : withControl(lab.kubernetes, options.control.id, options.control.stop)
  const kubernetes = await listenHttp(api, { upgrade: lab.upgrade, ...(options.port === undefined ? {} : { port: options.port }) })
  const proxmox = await Promise.all(homelab.proxmoxNodes.map(async (node) => ({ node, server: await listenHttp(lab.proxmox.handler(node), { tls }) })))
  for (const { node, server } of proxmox) hosts.set(`https://${node}.example:8006`, server.url)
  const client = new KubernetesClient({ server: kubernetes.url, http: effects.http, clock: effects.clock })
  await storeCredentials(client, lab.credentials, certificate.caPem)
  return {
    lab,
    client,
    kubernetesUrl: kubernetes.url,
    proxmoxUrls: Object.fromEntries(proxmox.map(({ node, server }) => [node, server.url])),
    kubeconfig: kubeconfig({ server: kubernetes.url }),
    ca: certificate.caPem,
    scratch: sockets,
    async writeKubeconfig() {
      const path = join(sockets, 'kubeconfig')
      await effects.files.writeAtomic(path, kubeconfig({ server: kubernetes.url }), 0o600)
      return path
    },
    async stop() {
      await lab.stop()
      await Promise.all([kubernetes.close(), ...proxmox.map(({ server }) => server.close())])
      effects.close()
      await rm(sockets, { recursive: true, force: true })
    },
  }
}

/** The lab's /etc/hosts: the declared endpoints are on loopback, under other ports. Certificates are verified all the same. */
function byHostsFile(http: Http, hosts: ReadonlyMap<string, string>): Http {
  return {
    request: (request) => {
      const { origin } = new URL(request.url)
      const real = hosts.get(origin)
      return http.request(real === undefined ? request : { ...request, url: real + request.url.slice(origin.length) })
    },
  }
}
