/** The Kubernetes project's own sidecars, one set for each driver name. Flags: their READMEs at the versions in `resolve.ts`. */
import { createHash } from 'node:crypto'
import type { ServedDriver, Spec } from '../../spec/spec.ts'

export const controllerSocketDirectory = '/csi'
/** A hot-plug waits for a task and for the guest; the sidecars' own 10 to 15 s would give up in the middle. */
const timeout = '--timeout=120s'

export function controllerSidecars(spec: Spec): readonly object[] {
  return spec.drivers.flatMap((driver) => {
    const resizer = container(spec, driver, 'resizer', [...addressArguments(driver), ...electionArguments])
    if (driver.backend === 'local') return [resizer]
    return [
      container(spec, driver, 'provisioner', [...addressArguments(driver), ...provisionerArguments, '--capacity-ownerref-level=2', ...electionArguments]),
      container(spec, driver, 'attacher', [...addressArguments(driver), ...electionArguments]),
      resizer,
    ]
  })
}

/** Volumes of a node are made on that node: each node's provisioner speaks to its own driver, and sees nothing else of the node. */
export function nodeSidecars(spec: Spec): readonly object[] {
  return localDrivers(spec).map((driver) => ({
    ...container(spec, driver, 'provisioner', [`--csi-address=${controllerSocketDirectory}/csi.sock`, timeout, ...provisionerArguments, ...nodeDeploymentArguments]),
    // The socket is root's.
    securityContext: { ...unprivileged, runAsUser: 0 },
    volumeMounts: [{ name: socketVolume(driver), mountPath: controllerSocketDirectory }],
  }))
}

export function nodeSidecarVolumes(spec: Spec): readonly object[] {
  return localDrivers(spec).map((driver) => ({ name: socketVolume(driver), hostPath: { path: `${spec.driver.kubeletRoot}/plugins/${driver.name}`, type: 'DirectoryOrCreate' } }))
}

function localDrivers({ drivers }: Spec): readonly ServedDriver[] {
  return drivers.filter(({ backend }) => backend === 'local')
}

function socketVolume(driver: ServedDriver): string {
  return `socket-${shortName(driver)}`
}

const unprivileged = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
/** For an Immediate claim every node waits a random part of the delay, so that not all write at once; 20 s by default is for hundreds of nodes. */
const nodeDeploymentArguments = ['--node-deployment=true', '--node-deployment-base-delay=1s', '--capacity-ownerref-level=1']
/**
 * Strict topology: where a pod has chosen its node, the volume is made there or not at all. Otherwise a storage that fails on that node for a moment would
 * put the volume on another one, out of the pod's reach for good.
 */
const provisionerArguments = ['--strict-topology=true', '--extra-create-metadata=true', '--feature-gates=Topology=true', '--default-fstype=ext4', '--enable-capacity=true']
const electionArguments = ['--leader-election=true', '--leader-election-namespace=$(NAMESPACE)']

function addressArguments({ name }: ServedDriver): readonly string[] {
  return [`--csi-address=${controllerSocketDirectory}/${name}.sock`, timeout]
}

type Sidecar = 'provisioner' | 'attacher' | 'resizer'

function container({ driver }: Spec, served: ServedDriver, sidecar: Sidecar, args: readonly string[]) {
  return {
    name: `${sidecar}-${shortName(served)}`,
    image: driver.sidecars[sidecar],
    imagePullPolicy: driver.imagePullPolicy,
    args,
    env: podEnvironment,
    resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    securityContext: unprivileged,
    volumeMounts: [{ name: 'sockets', mountPath: controllerSocketDirectory }],
  }
}

export const podEnvironment = [
  { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
]

/** Container names hold no dots and at most 63 characters. */
function shortName({ name }: ServedDriver): string {
  const flat = name.replaceAll('.', '-')
  return flat.length <= 45 ? flat : `${flat.slice(0, 36)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
