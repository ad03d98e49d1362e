/**
 * The user, role, token and ACLs on Proxmox with the provider bpg/proxmox: a folder and so a state of its own for each Proxmox cluster,
 * because it is applied with other credentials, and before the Secret that holds the token can be made.
 */
import type { HostAction, Plan } from '../../plan/plan.ts'
import type { EncodedFile } from '../encoded-file.ts'
import { tokenId } from '../proxmox/pveum-script.ts'
import { proxmoxProvider, requires } from './providers.ts'
import { identifier, literal, terraformFile } from './terraform-json.ts'

export function proxmoxFolders({ hostActions }: Plan): readonly EncodedFile[] {
  const backends = [...new Set(hostActions.map(({ backend }) => backend))]
  return backends.flatMap((backend) => {
    const actions = hostActions.filter((action) => action.backend === backend)
    return [terraformFile(`proxmox-${backend}/versions.tf.json`, requires({ proxmox: proxmoxProvider })), terraformFile(`proxmox-${backend}/main.tf.json`, blocksOf(actions))]
  })
}

function blocksOf(actions: readonly HostAction[]): Readonly<Record<string, unknown>> {
  const names = uniqueNames(actions)
  const addressOf = (action: HostAction): string => `${typeOf[action.action.kind]}.${names.get(action.id) ?? ''}`
  const resource: Record<string, Record<string, unknown>> = {}
  for (const action of actions) {
    const before = actions.filter(({ id }) => action.dependsOn.includes(id)).map(addressOf)
    const blocks = (resource[typeOf[action.action.kind]] ??= {})
    blocks[names.get(action.id) ?? ''] = { ...bodyOf(action), ...(before.length === 0 ? {} : { depends_on: before }) }
  }
  const tokens = actions.filter(({ action }) => action.kind === 'token')
  const output = Object.fromEntries(tokens.map((action) => [names.get(action.id) ?? '', { value: `\${${addressOf(action)}.value}`, sensitive: true }]))
  return { resource, ...(tokens.length === 0 ? {} : { output }) }
}

/** By id. Two ids that look alike as identifiers (`a/b_c`, `a_b/c`) are numbered: one must not stand for the other. */
function uniqueNames(actions: readonly HostAction[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id, backend } of actions) {
    const name = identifier(id.replace(`proxmox/${backend}/`, ''))
    const same = [...taken].filter((one) => one === name || one.startsWith(`${name}_again_`)).length
    const unique = same === 0 ? name : `${name}_again_${same}`
    taken.add(unique)
    names.set(id, unique)
  }
  return names
}

const typeOf = {
  role: 'proxmox_virtual_environment_role',
  user: 'proxmox_virtual_environment_user',
  token: 'proxmox_virtual_environment_user_token',
  acl: 'proxmox_virtual_environment_acl',
} as const satisfies Record<HostAction['action']['kind'], string>

/** Without its user and token the driver reaches no disk: those are not destroyed by a plan that was read in haste. */
function bodyOf({ action }: HostAction): object {
  switch (action.kind) {
    case 'role':
      return { role_id: literal(action.role), privileges: action.privileges.map(literal) }
    case 'user':
      return { user_id: literal(action.user), comment: literal(action.comment), lifecycle: { prevent_destroy: true } }
    case 'token':
      return { user_id: literal(action.user), token_name: literal(action.token), privileges_separation: action.privilegeSeparation, lifecycle: { prevent_destroy: true } }
    case 'acl': {
      const whom = action.token === undefined ? { user_id: literal(action.user ?? '') } : { token_id: literal(tokenId(action.user, action.token)) }
      return { path: literal(action.path), role_id: literal(action.role), propagate: action.propagate, ...whom }
    }
  }
}
