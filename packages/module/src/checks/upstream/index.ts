/** Checks of Proxmox backends that the upstream plugin serves, and of the access that is declared for any of them. */
import { upstreamProxmoxDriver } from '../../spec/driver-names.ts'
import { backendsOf, classesOf, fault, warning, type Check, type Fault } from '../check.ts'

/** One plugin serves all clusters of its Secret: a second release would be a second driver of one name. */
const oneUpstreamPlugin: Check = (subject) => {
  const all = backendsOf(subject).filter(([, { proxmox }]) => proxmox?.driver === 'proxmox-csi-plugin')
  return all.slice(1).map(([name]) => fault('two-releases', ['spec', 'backends', name, 'proxmox', 'driver'], `backends ${all[0]?.[0] ?? ''} and ${name} would release proxmox-csi-plugin twice`, 'put both clusters into one Secret and declare one backend, or serve one of them with driver: stowage'))
}

/** Two drivers under one name answer for each other's volumes. */
const namesHaveOneOwner: Check = (subject) => {
  const upstream = backendsOf(subject).find(([, { proxmox }]) => proxmox?.driver === 'proxmox-csi-plugin')
  if (upstream === undefined) return []
  return classesOf(subject).flatMap(([name, { driverName, backend }]): readonly Fault[] => {
    const ofUpstream = backend === upstream[0]
    if (ofUpstream && driverName !== undefined && driverName !== upstreamProxmoxDriver) return [fault('driver-name-taken', ['spec', 'classes', name, 'driverName'], `class ${name} is served by proxmox-csi-plugin, whose name is ${upstreamProxmoxDriver}`, 'remove driverName')]
    if (ofUpstream || driverName !== upstreamProxmoxDriver) return []
    return [fault('driver-name-taken', ['spec', 'classes', name, 'driverName'], `driver name ${upstreamProxmoxDriver} belongs to proxmox-csi-plugin, which serves backend ${upstream[0]}`, 'remove driverName, or serve that backend with driver: stowage')]
  })
}

const chartsHaveAnEffect: Check = (subject) =>
  backendsOf(subject).flatMap(([name, { proxmox }]) =>
    proxmox?.chart === undefined || proxmox.driver === 'proxmox-csi-plugin' ? [] : [fault('foreign-field', ['spec', 'backends', name, 'proxmox', 'chart'], `chart means nothing to backend ${name}: Stowage’s own driver serves it`, 'remove it, or write driver: proxmox-csi-plugin')],
  )

/** On /vms the token could take a disk from any machine of the cluster. */
const accessIsNarrow: Check = (subject) =>
  backendsOf(subject).flatMap(([name, { proxmox }]): readonly Fault[] => {
    const access = proxmox?.access
    if (access === undefined) return []
    const path = ['spec', 'backends', name, 'proxmox', 'access']
    if (access.vms !== undefined && access.pool !== undefined) return [fault('conflicting-fields', [...path, 'pool'], `access of backend ${name} names VMs and a pool`, 'keep one')]
    if (access.vms !== undefined || access.pool !== undefined) return []
    return [warning('wide-access', path, `access of backend ${name} names neither VMs nor a pool: the role would hold for every virtual machine`, 'add vms with the ids of the nodes, or pool')]
  })

export const upstreamChecks: readonly Check[] = [
  oneUpstreamPlugin, // the plugin is there once
  namesHaveOneOwner, // and nobody else has its name
  chartsHaveAnEffect, // a chart is given where one is released
  accessIsNarrow, // the role holds on the node VMs, not on all
]
