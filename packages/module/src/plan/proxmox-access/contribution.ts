/** Who may do what at Proxmox, as actions for whoever administers it: exactly the privileges that the declared features need, where they are needed. */
import { driverPrivileges, type PrivilegeNeed } from '@stowage/proxmox/words/privileges'
import type { ClassSpec, ProxmoxAccessSpec, ProxmoxBackendSpec, Spec } from '../../spec/spec.ts'
import type { Contribution, HostAction } from '../plan.ts'

export function proxmoxAccessContribution(spec: Spec): Contribution {
  return { hostActions: spec.backends.flatMap((backend) => (backend.kind === 'proxmox' && backend.access !== undefined ? accessActions(spec, backend, backend.access) : [])) }
}

/** One role for each kind of place, so that none gives more there than is used there. */
const kinds = [
  { suffix: 'VM', path: '/vms/{vmid}', what: 'the node VMs' },
  { suffix: 'Storage', path: '/storage/{storage}', what: 'the storages of the classes' },
  { suffix: 'Audit', path: '/', what: 'the cluster, to read only' },
] as const

function accessActions(spec: Spec, backend: ProxmoxBackendSpec, access: ProxmoxAccessSpec): readonly HostAction[] {
  const action = (id: string, what: HostAction['action'], reason: string, dependsOn: readonly string[] = []): HostAction => ({ id: `proxmox/${backend.name}/${id}`, backend: backend.name, action: what, reason, dependsOn: dependsOn.map((each) => `proxmox/${backend.name}/${each}`) })
  const { user, token, role } = access
  const classes = spec.classes.filter((declared) => declared.backend.name === backend.name)
  const needs = privilegesFor(classes)
  const theUser = action(`user/${user}`, { kind: 'user', user, comment: `Stowage, declaration ${spec.name}` }, 'a user of its own, without a password')
  const theToken = action(`token/${user}!${token}`, { kind: 'token', user, token, privilegeSeparation: true }, `the token that the driver uses; its secret is shown once, and goes into Secret ${spec.namespace}/${backend.secretRef}`, [`user/${user}`])
  const roles = kinds.flatMap(({ suffix, path, what }) => {
    const privileges = needs.filter((need) => need.path === path).map(({ privilege }) => privilege)
    return privileges.length === 0 ? [] : [{ path, role: `${role}${suffix}`, privileges, what }]
  })
  return [
    ...roles.map((each) => action(`role/${each.role}`, { kind: 'role', role: each.role, privileges: each.privileges }, `for ${each.what}: ${each.privileges.join(', ')}`)),
    theUser,
    theToken,
    ...roles.flatMap((each) => placesOf(each.path, access, classes).flatMap((path) => grants(action, each.role, path, access))),
  ]
}

/** A token with separated privileges may do what both it and its user may: each needs the ACL. */
function grants(action: (id: string, what: HostAction['action'], reason: string, dependsOn?: readonly string[]) => HostAction, role: string, path: string, { user, token }: ProxmoxAccessSpec): readonly HostAction[] {
  const propagate = path === '/' || path === '/vms' || path.startsWith('/pool/')
  return [
    action(`acl${path}/${role}/${user}`, { kind: 'acl', path, role, user, propagate }, `${user} on ${path}`, [`role/${role}`, `user/${user}`]),
    action(`acl${path}/${role}/${user}!${token}`, { kind: 'acl', path, role, token: `${user}!${token}`, propagate }, `its token on ${path}`, [`role/${role}`, `token/${user}!${token}`]),
  ]
}

function placesOf(path: PrivilegeNeed['path'], { vms, pool }: ProxmoxAccessSpec, classes: readonly ClassSpec[]): readonly string[] {
  if (path === '/') return ['/']
  if (path === '/storage/{storage}') return [...new Set(classes.flatMap(({ parameters }) => (parameters['storage'] === undefined ? [] : [`/storage/${parameters['storage']}`])))]
  if (pool !== undefined) return [`/pool/${pool}`]
  return vms.length === 0 ? ['/vms'] : vms.map((vmid) => `/vms/${vmid}`)
}

/** What the declared classes need; replication only where a class asks for it. */
function privilegesFor(classes: readonly Pick<ClassSpec, 'parameters'>[]): readonly PrivilegeNeed[] {
  const replicated = classes.some(({ parameters }) => parameters['replicate'] === 'true')
  return driverPrivileges.filter(({ needed }) => needed !== 'for-replication' || replicated)
}
