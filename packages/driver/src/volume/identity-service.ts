/** csi.v1.Identity: who answers, what it can do, whether it can do it now. */
import type { Log } from '@stowage/core'
import type { Handlers } from '../rpc/handlers.ts'
import type { VolumeBackend } from './backend.ts'
import { pluginCapabilities } from './capabilities.ts'

export interface IdentityOptions {
  readonly driver: string
  readonly version: string
  readonly backend: VolumeBackend
  readonly log: Log
}

export function identityHandlers({ driver, version, backend, log }: IdentityOptions): Handlers {
  return {
    '/csi.v1.Identity/GetPluginInfo': () => Promise.resolve({ name: driver, vendorVersion: version, manifest: { backend: backend.kind } }),
    '/csi.v1.Identity/GetPluginCapabilities': () => Promise.resolve(pluginCapabilities(backend.topology)),
    /**
     * Ready as soon as the process answers: kubelet restarts what is not, and a restart brings no Proxmox back. What is wrong is in the log and in
     * each call's error.
     */
    '/csi.v1.Identity/Probe': () => {
      // Not awaited: the answer must come within the prober's three seconds, whatever the backend does.
      backend.probe().catch((error: unknown) => log.warn('the backend does not answer', { driver, error }))
      return Promise.resolve({ ready: true })
    },
  }
}
