/** Kubernetes' CSI sidecars as images: what a controller's pod runs beside the driver. */
import type { Api } from '../api/api.ts'
import type { Images } from '../kubelet/container.ts'
import { attacherKind } from './attacher.ts'
import { provisionerKind } from './provisioner.ts'
import { resizerKind } from './resizer.ts'
import { sidecarProgram } from './sidecar.ts'

/** By image without tag. Each container gets a client of its own, named for the sidecar. */
export function createSidecarImages(api: Api): Images {
  return {
    'registry.k8s.io/sig-storage/csi-provisioner': sidecarProgram(api, provisionerKind),
    'registry.k8s.io/sig-storage/csi-attacher': sidecarProgram(api, attacherKind),
    'registry.k8s.io/sig-storage/csi-resizer': sidecarProgram(api, resizerKind),
  }
}
