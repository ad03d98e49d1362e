/**
 * The driver registers itself: the kubelet finds the socket in its plugins_registry, asks who is there, and calls NodeGetInfo at the endpoint it
 * is told. Source: k8s.io/kubelet/pkg/apis/pluginregistration/v1 and kubelet's pluginwatcher.
 */
import { join } from 'node:path/posix'
import type { Log } from '@stowage/core'
import { rpcCode, RpcFailure, type Rpc, type RpcHandler, type RpcServer } from '@stowage/effects'
import { decode, encode, methods } from '@stowage/wire/registration'

export interface RegistrationOptions {
  readonly rpc: Rpc
  readonly log: Log
  /** `proxmox.csi.stowage.dev`. */
  readonly driver: string
  /** Default `/var/lib/kubelet`. */
  readonly kubeletRoot?: string
}

/** Where the driver listens for the kubelet, in the kubelet's own words. */
export function driverSocket(driver: string, kubeletRoot = '/var/lib/kubelet'): string {
  return join(kubeletRoot, 'plugins', driver, 'csi.sock')
}

export function registrationSocket(driver: string, kubeletRoot = '/var/lib/kubelet'): string {
  return join(kubeletRoot, 'plugins_registry', `${driver}-reg.sock`)
}

/** Serve this only after the driver's own socket is served: the kubelet calls at once. Closing it takes the driver out of CSINode. */
export function serveRegistration({ rpc, log, driver, kubeletRoot }: RegistrationOptions): Promise<RpcServer> {
  const endpoint = driverSocket(driver, kubeletRoot)
  return rpc.serve(registrationSocket(driver, kubeletRoot), Object.keys(methods), registrationHandler(driver, endpoint, log))
}

function registrationHandler(driver: string, endpoint: string, log: Log): RpcHandler {
  return (method, request) => {
    switch (method) {
      case '/pluginregistration.Registration/GetInfo':
        return Promise.resolve(encode('PluginInfo', { type: 'CSIPlugin', name: driver, endpoint, supportedVersions: ['1.0.0'] }))
      case '/pluginregistration.Registration/NotifyRegistrationStatus':
        noteStatus(decode('RegistrationStatus', request), driver, log)
        return Promise.resolve(encode('RegistrationStatusResponse', {}))
      default:
        return Promise.reject(new RpcFailure(rpcCode.UNIMPLEMENTED, `${method} is no method of the kubelet's plugin registration`))
    }
  }
}

/** A refusal is no reason to end: the kubelet tries again with growing pauses, and NodeGetInfo may succeed then. */
function noteStatus({ pluginRegistered, error }: { readonly pluginRegistered: boolean; readonly error: string }, driver: string, log: Log): void {
  if (pluginRegistered) log.info('the kubelet has registered the driver', { driver })
  else log.error('the kubelet has refused the driver, and will ask again', { driver, error })
}
