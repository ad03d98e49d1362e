/** The Kubernetes distribution, and where images and charts come from. */
import * as z from 'zod'
import { distributions } from '../cluster-spec.ts'
import { absolutePath } from './words.ts'

const imagePrefix = z.string().regex(/^[a-z0-9][a-z0-9.:-]*(?:\/[a-z0-9._/-]*[a-z0-9])?$/, { error: 'must be a registry, with a path if there is one and without https:// or a slash at its end, e.g. mirror.example/docker' })
const imageName = z.string().regex(/^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+:[\w][\w.-]{0,127}$/, { error: 'must be a whole image with registry and tag, e.g. quay.io/ceph/ceph:v20.2.4' })
const repository = z.string().regex(/^(?:https|oci):\/\/[^\s@?#]+$/, { error: 'must be an https:// or oci:// URL without user and query' })

export const platformSchema = z
  .strictObject({
    distribution: z
      .enum(distributions)
      .describe('Decides the kubelet’s directory, the controller’s tolerations and whether a snapshot controller is bundled (rke2: yes). Default: kubernetes.'),
    kubeletRoot: absolutePath.describe('The kubelet’s directory. Default: that of the distribution (k0s: /var/lib/k0s/kubelet, microk8s: /var/snap/microk8s/common/var/lib/kubelet, else /var/lib/kubelet).'),
    imageMirrors: z.record(imagePrefix, imagePrefix).describe('Registry, or registry and path, and what stands for it, e.g. docker.io: mirror.example/docker. The longest match counts; it holds for the images of charts, too.'),
    imageDigests: z.record(imageName, z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be a digest: sha256: and 64 of 0-9 and a-f' })).describe('Image with its tag, as it is called upstream, and the digest that it must have.'),
    chartMirrors: z.record(repository, repository).describe('Chart repository, and what stands for it, e.g. https://charts.rook.io/release: oci://mirror.example/charts/rook.'),
  })
  .partial()
  .describe('The cluster around the storage.')
