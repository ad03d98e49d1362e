/** Where a kubelet keeps things, as CSI drivers and their DaemonSets expect it. Pure. */
import { createHash } from 'node:crypto'

const root = '/var/lib/kubelet'
const csiPlugins = `${root}/plugins/kubernetes.io/csi`

export const pluginRegistry = `${root}/plugins_registry`

export function podDirectory(podUid: string): string {
  return `${root}/pods/${podUid}`
}

export const podsDirectory = `${root}/pods`

/** `plugin` is `empty-dir`, `configmap`, `secret`, `projected`, `downward-api`. */
export function localVolume(podUid: string, plugin: string, volume: string): string {
  return `${podDirectory(podUid)}/volumes/kubernetes.io~${plugin}/${volume}`
}

/** Holds `vol_data.json` and `mount`. */
export function csiVolumeDirectory(podUid: string, volume: string): string {
  return localVolume(podUid, 'csi', volume)
}

export function targetPath(podUid: string, volume: string): string {
  return `${csiVolumeDirectory(podUid, volume)}/mount`
}

/** Holds `vol_data.json` and `globalmount`. */
export function deviceDirectory(driver: string, handle: string): string {
  return `${csiPlugins}/${driver}/${createHash('sha256').update(handle).digest('hex')}`
}

export function globalMount(driver: string, handle: string): string {
  return `${deviceDirectory(driver, handle)}/globalmount`
}

export function blockStaging(volume: string): string {
  return `${csiPlugins}/volumeDevices/staging/${volume}`
}

export function blockPublish(volume: string, podUid: string): string {
  return `${csiPlugins}/volumeDevices/publish/${volume}/${podUid}`
}

export function blockData(volume: string): string {
  return `${csiPlugins}/volumeDevices/${volume}/data`
}

export const csiDirectory = csiPlugins

/** The link by which a pod's block volume is found. */
export function podDevice(podUid: string, volume: string): string {
  return `${podDirectory(podUid)}/volumeDevices/kubernetes.io~csi/${volume}`
}

export const volumeData = 'vol_data.json'

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}
