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

/** Volumes of a node are made on that node: each node's provisioner speaks to its own driver. */
export function nodeSidecars(spec: Spec): readonly object[] {
  return spec.drivers
    .filter(({ backend }) => backend === 'local')
    .map((driver) => ({
      ...container(spec, driver, 'provisioner', [`--csi-address=${nodeSocket(spec, driver)}`, timeout, ...provisionerArguments, '--node-deployment=true', '--capacity-ownerref-level=1']),
      // The node's sockets are root's; the controller's are in a directory of the pod.
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'kubelet', mountPath: spec.driver.kubeletRoot }],
    }))
}

const provisionerArguments = ['--extra-create-metadata=true', '--feature-gates=Topology=true', '--default-fstype=ext4', '--enable-capacity=true']
const electionArguments = ['--leader-election=true', '--leader-election-namespace=$(NAMESPACE)']

function addressArguments({ name }: ServedDriver): readonly string[] {
  return [`--csi-address=${controllerSocketDirectory}/${name}.sock`, timeout]
}

function nodeSocket({ driver }: Spec, { name }: ServedDriver): string {
  return `${driver.kubeletRoot}/plugins/${name}/csi.sock`
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
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
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
