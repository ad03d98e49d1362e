/**
 * Where the pinned charts take their images from, read in their values.yaml: what a mirror or a digest has to set. Images
 * that a chart leaves to its operator are set where that reads them (Rook: CephCluster.spec.cephVersion).
 */
export interface ChartImage {
  /** Path of the map in the values that holds the image. */
  readonly at: readonly string[]
  /** The image as the chart would run it. */
  readonly image: string
  /** `whole`: repository holds the registry. `base`: a chart-wide registry stands before it, which a repository without a leading slash replaces. */
  readonly form: 'whole' | 'base'
  /** Whether the chart has a key for a digest; without one the digest goes behind the tag, `v1@sha256:…`, which every runtime reads. */
  readonly digestKey: boolean
}

const whole = (at: string, image: string, digestKey = false): ChartImage => ({ at: at.split('.'), image, form: 'whole', digestKey })
const base = (at: string, image: string): ChartImage => ({ at: at.split('.'), image, form: 'base', digestKey: false })
const sig = 'registry.k8s.io/sig-storage'

export const chartImages: Readonly<Record<string, readonly ChartImage[]>> = {
  'rook-ceph': [
    whole('image', 'docker.io/rook/ceph:v1.20.6'),
    whole('csi.cephcsi', 'quay.io/cephcsi/cephcsi:v3.17.0'),
    whole('csi.registrar', `${sig}/csi-node-driver-registrar:v2.17.0`),
    whole('csi.provisioner', `${sig}/csi-provisioner:v6.2.0`),
    whole('csi.snapshotter', `${sig}/csi-snapshotter:v8.5.0`),
    whole('csi.attacher', `${sig}/csi-attacher:v4.12.0`),
    whole('csi.resizer', `${sig}/csi-resizer:v2.1.0`),
    whole('csi.csiAddons', 'quay.io/csiaddons/k8s-sidecar:v0.14.0'),
  ],
  'ceph-csi-drivers': [],
  'rook-ceph-cluster': [whole('cephImage', 'quay.io/ceph/ceph:v20.2.4')],
  // kubectl's tag follows the cluster's version, so only its repository is set.
  velero: [whole('image', 'docker.io/velero/velero:v1.18.1', true), whole('kubectl.image', 'registry.k8s.io/kubectl', true)],
  'csi-driver-nfs': [
    whole('image.nfs', `${sig}/nfsplugin:v4.13.4`),
    base('image.csiProvisioner', `${sig}/csi-provisioner:v6.3.0`),
    base('image.csiResizer', `${sig}/csi-resizer:v2.2.0`),
    base('image.csiSnapshotter', `${sig}/csi-snapshotter:v8.6.0`),
    base('image.livenessProbe', `${sig}/livenessprobe:v2.19.0`),
    base('image.nodeDriverRegistrar', `${sig}/csi-node-driver-registrar:v2.17.0`),
    base('image.externalSnapshotter', `${sig}/snapshot-controller:v8.6.0`),
  ],
  'proxmox-csi-plugin': [
    whole('controller.plugin.image', 'ghcr.io/sergelogvinov/proxmox-csi-controller:v0.19.1'),
    whole('controller.attacher.image', `${sig}/csi-attacher:v4.10.0`),
    whole('controller.provisioner.image', `${sig}/csi-provisioner:v5.3.0`),
    whole('controller.resizer.image', `${sig}/csi-resizer:v1.14.0`),
    whole('controller.snapshotter.image', `${sig}/csi-snapshotter:v8.3.0`),
    whole('node.plugin.image', 'ghcr.io/sergelogvinov/proxmox-csi-node:v0.19.1'),
    whole('node.driverRegistrar.image', `${sig}/csi-node-driver-registrar:v2.15.0`),
    whole('livenessprobe.image', `${sig}/livenessprobe:v2.16.0`),
  ],
}
