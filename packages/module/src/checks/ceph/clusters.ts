/** The cluster as a whole: that there is one, which Ceph it runs, how many monitors. */
import { isOlder } from '../../spec/version-order.ts'
import { backendsOf, fault, warning, type Check, type Fault } from '../check.ts'
import { chartVersions } from '../../spec/ceph/versions.ts'
import { knownFacts } from '../known-facts.ts'
import { rooksOf } from './subject.ts'

/** Rook runs one CephCluster in a namespace, and everything of a declaration is in one namespace. */
export const oneClusterInTheNamespace: Check = (subject) => {
  const [first, ...others] = rooksOf(subject)
  return others.map(({ name, path, declared }): Fault => {
    const same = first !== undefined && (declared.clusterName ?? name) === (first.declared.clusterName ?? first.name)
    return same
      ? fault('two-ceph-clusters', [...path, 'clusterName'], `backends ${first.name} and ${name} are both the CephCluster ${declared.clusterName ?? name}`, 'make one backend of the two')
      : fault('two-ceph-clusters', path, `backends ${first?.name ?? ''} and ${name} would be two CephClusters in one namespace; Rook runs one`, 'put all nodes and pools into one backend, or the second cluster into a declaration of its own with another namespace')
  })
}

/** The same cluster under two names would be two owners of one thing. */
export const outsideClustersAreNamedOnce: Check = (subject) => {
  const owners = new Map<string, string>()
  return backendsOf(subject).flatMap(([name, { ceph }]) => {
    if (ceph?.clusterID === undefined) return []
    const owner = owners.get(ceph.clusterID)
    owners.set(ceph.clusterID, owner ?? name)
    return owner === undefined ? [] : [fault('two-ceph-clusters', ['spec', 'backends', name, 'ceph', 'clusterID'], `backends ${owner} and ${name} are the same cluster, ${ceph.clusterID}`, `make their classes of backend ${owner}`)]
  })
}

/** A majority must be alive: two of two, two of three, three of four. */
export const monitorsMakeAMajority: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared }) => {
    const count = declared.mon?.count
    if (count === undefined || (count % 2 === 1 && count > 1)) return []
    const at = [...path, 'mon', 'count']
    return count === 1
      ? [warning('few-monitors', at, 'one monitor: while it is away, no volume of this cluster can be used', 'write 3, on three nodes')]
      : [warning('even-monitors', at, `${count} monitors tolerate the loss of ${count === 2 ? 'none' : count / 2 - 1}, no more than ${count - 1} would, and there is one more that can fail`, count === 2 ? 'write 3' : `write ${count - 1} or ${count + 1}`)]
  })

const supportedMajors = [19, 20]

/** Rook 1.20 supports Ceph 19 (Squid) and 20 (Tentacle), and stops before any other. */
export const imageIsSupported: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { image } }): readonly Fault[] => {
    if (typeof image !== 'string') return []
    const [, major] = /:v?(\d+)(?:[.@-]|$)/.exec(image.slice(image.lastIndexOf('/') + 1)) ?? []
    const at = [...path, 'image']
    if (major === undefined) return [warning('ceph-version-unknown', at, `which Ceph ${image} holds cannot be told from its name`, 'use an image with the version as tag, e.g. quay.io/ceph/ceph:v20.2.4; Rook runs Ceph 19 and 20')]
    return supportedMajors.includes(Number(major)) ? [] : [fault('unsupported-ceph', at, `${image} is Ceph ${major}; Rook 1.20 runs 19 and 20 and refuses every other`, 'write e.g. quay.io/ceph/ceph:v20.2.4')]
  })

const pinned = chartVersions.rook

/** Before 1.19.5 the operator's chart brought the CSI drivers itself: the two would fight over them. */
export const chartsGoTogether: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { charts = {}, deliverCluster } }): readonly Fault[] => {
    const old = (['operator', 'cluster'] as const).flatMap((which) => {
      const version = charts[which]?.version
      return version === undefined || !isOlder(version, '1.19.5')
        ? []
        : [fault('chart-too-old', [...path, 'charts', which, 'version'], `the chart ${which === 'operator' ? 'rook-ceph' : 'rook-ceph-cluster'} ${version} is from before v1.19.5, when Rook still installed the CSI drivers itself: beside those of the plan there would be two of each`, 'write v1.19.5 or later, or leave the version out')]
    })
    const [operator, cluster] = [charts.operator?.version, charts.cluster?.version]
    const apart = deliverCluster === 'chart' && operator !== cluster && isOlder(operator ?? pinned, cluster ?? pinned)
    return apart ? [...old, fault('charts-apart', [...path, 'charts', 'cluster', 'version'], `the chart of the cluster (${cluster ?? `${pinned}, the default`}) is newer than that of the operator (${operator ?? `${pinned}, the default`}), which would not know its fields`, 'give both one version')] : old
  })

const oldestKubernetes = 31

/** Rook 1.20 wants Kubernetes 1.31; said only when the version is known. */
export const kubernetesIsNewEnough: Check = (subject) => {
  const [first] = rooksOf(subject)
  const said = knownFacts(subject).find(({ object, property }) => object === 'cluster' && property === 'version')
  const minor = Number(/^v?1\.(\d+)/.exec(String(said?.value ?? ''))?.[1] ?? oldestKubernetes)
  if (first === undefined || minor >= oldestKubernetes) return []
  return [fault('kubernetes-too-old', first.path, `the cluster runs Kubernetes ${String(said?.value ?? '')}; Rook 1.20 wants 1.${oldestKubernetes} or later`, 'upgrade Kubernetes first')]
}

/** The word with which Rook wipes disks has no place in a file that is applied again and again. */
export const cleanupIsNotDeclared: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared }) =>
    declared.cleanupPolicy?.confirmation !== 'yes-really-destroy-data'
      ? []
      : [fault('cleanup-destroys-data', [...path, 'cleanupPolicy', 'confirmation'], 'cleanupPolicy.confirmation says yes-really-destroy-data: Rook would stop looking after the cluster at once, and wipe every disk when it is deleted', 'remove it; to wipe the disks of a cluster that you give up, patch the CephCluster by hand when everything else is gone')],
  )

/** The CRD's own rule: multus without a network is refused by the API server. */
export const networksAreNamed: Check = (subject) =>
  rooksOf(subject).flatMap(({ path, declared: { network } }): readonly Fault[] => {
    const named = Object.keys(network?.selectors ?? {}).length
    if (network?.provider === 'multus' && named === 0) return [fault('multus-without-network', [...path, 'network'], 'provider multus without a selector: no network is named', 'add selectors: { public: <NetworkAttachmentDefinition> }')]
    return network !== undefined && network.provider !== 'multus' && named > 0 ? [fault('foreign-field', [...path, 'network', 'selectors'], 'selectors mean something to provider multus only', 'remove them, or write provider: multus')] : []
  })
