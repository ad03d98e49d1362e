import type { HostAction } from '@stowage/module'

/** The `pveum` command of a host action (pveum(1)); run on any node of the Proxmox cluster, as root. Pure. */
export function pveumCommand({ action }: HostAction): string {
  switch (action.kind) {
    case 'role':
      return `pveum role add ${action.role} --privs ${quoted(action.privileges.join(','))}`
    case 'user':
      return `pveum user add ${action.user} --comment ${quoted(action.comment)}`
    case 'token':
      return `pveum user token add ${action.user} ${action.token} --privsep ${action.privilegeSeparation ? 1 : 0}`
    case 'acl':
      return `pveum acl modify ${action.path} --roles ${action.role}${action.user === undefined ? '' : ` --users ${action.user}`}${action.token === undefined ? '' : ` --tokens ${quoted(action.token)}`} --propagate ${action.propagate ? 1 : 0}`
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
