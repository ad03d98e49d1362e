/** Checks of spec.platform. */
import { fault, type Check } from '../check.ts'

/** The kubelet has one directory; said twice, it is said the same. */
const oneKubeletRoot: Check = ({ draft }) => {
  const [ofPlatform, ofDriver] = [draft.spec?.platform?.kubeletRoot, draft.spec?.driver?.kubeletRoot]
  if (ofPlatform === undefined || ofDriver === undefined || ofPlatform === ofDriver) return []
  return [fault('two-kubelet-roots', ['spec', 'platform', 'kubeletRoot'], `the kubelet’s directory is ${ofPlatform} here and ${ofDriver} in spec.driver.kubeletRoot`, 'keep platform.kubeletRoot: it holds for every driver')]
}

/** An image is looked up once: what a mirror leads to is not mirrored again. */
const mirrorsLeadOut: Check = ({ draft }) =>
  (['imageMirrors', 'chartMirrors'] as const).flatMap((field) => {
    const mirrors: Readonly<Record<string, string | undefined>> = draft.spec?.platform?.[field] ?? {}
    return Object.entries(mirrors)
      .filter(([from, to]) => from === to)
      .map(([from]) => fault('mirror-of-itself', ['spec', 'platform', field, from], `${from} is its own mirror`, 'remove the entry, or write where the mirror is'))
  })

/** Namespaces that Kubernetes makes itself (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces). */
const ownOfKubernetes = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** The plan labels the namespace as privileged, and may take it away again: it must be the storage's own. */
const namespaceIsItsOwn: Check = ({ draft }) => {
  const namespace = draft.spec?.namespace
  if (namespace === undefined || !ownOfKubernetes.includes(namespace)) return []
  return [fault('invalid-value', ['spec', 'namespace'], `namespace ${namespace} is Kubernetes’ own, and the plan would allow privileged pods in all of it`, 'write a namespace for the storage alone, e.g. storage-system')]
}

/** Directories that the machine or the kubelet lives in. The first are refused with everything below them. */
const whole = ['/etc', '/usr', '/bin', '/sbin', '/lib', '/lib64', '/boot', '/dev', '/proc', '/sys', '/run', '/var/run', '/var/lib/kubelet', '/var/lib/etcd', '/var/lib/containerd', '/var/lib/rancher', '/var/lib/rook']
const alone = ['/var', '/var/lib', '/var/log', '/home', '/root']

/** Volumes are made, and deleted, below this directory on every node. */
const directoryIsFree: Check = ({ draft }) =>
  Object.entries(draft.spec?.backends ?? {}).flatMap(([name, { local }]) => {
    const path = local?.path
    if (path === undefined || !(alone.includes(path) || whole.some((one) => path === one || path.startsWith(`${one}/`)))) return []
    return [fault('invalid-value', ['spec', 'backends', name, 'local', 'path'], `backend ${name} would make and delete volumes below ${path}, which the machine itself needs`, 'write a directory of its own, e.g. /var/lib/stowage')]
  })

export const platformChecks: readonly Check[] = [
  oneKubeletRoot, // the driver and the charts look in one place
  mirrorsLeadOut, // a mirror is somewhere else
  namespaceIsItsOwn, // no namespace of Kubernetes itself is made privileged
  directoryIsFree, // and no directory that a node lives in holds volumes
]
