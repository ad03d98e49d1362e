/** `stowage explain privileges`: what the driver's token must be allowed, where, and what fails without it. */
import { driverPrivileges, privilegeSets, type PrivilegeNeed } from '@stowage/proxmox/words/privileges'
import pc from 'picocolors'

export interface PrivilegesExplained {
  readonly privileges: readonly (PrivilegeNeed & { readonly without: string })[]
  readonly sets: readonly { readonly document: string; readonly lacks: readonly string[]; readonly consequence: string }[]
}

const without: Readonly<Record<string, string>> = {
  'VM.Audit': 'no disk can be attached: the driver does not see the machines',
  'VM.Config.Disk': 'no disk can be attached, detached or grown',
  'Datastore.Allocate': 'no disk can be deleted, nor attached when another machine’s number is in its name',
  'Datastore.AllocateSpace': 'no disk can be made or grown',
  'Datastore.Audit': 'no disk is seen, and no free space',
  'VM.Replicate': 'no replication job is made',
  'Sys.Audit': 'tasks of other users and the state of the cluster stay hidden: after a restart the driver waits longer',
}

export function explainPrivileges(): PrivilegesExplained {
  return {
    privileges: driverPrivileges.map((need) => ({ ...need, without: without[need.privilege] ?? '' })),
    sets: privilegeSets.map(({ document, privileges }) => {
      const lacks = driverPrivileges.filter(({ privilege, needed }) => needed !== 'for-replication' && !privileges.includes(privilege)).map(({ privilege }) => privilege)
      return { document, lacks, consequence: lacks.length === 0 ? 'complete' : lacks.map((privilege) => without[privilege] ?? '').join('; ') }
    }),
  }
}

const needed = { always: 'always', 'for-capacity': 'to see more', 'for-replication': 'for replicate: true' } as const

export function privilegesText({ privileges, sets }: PrivilegesExplained, color: boolean): string {
  const colors = pc.createColors(color)
  const each = privileges.map((need) => `  ${colors.bold(need.privilege.padEnd(24))}${need.path.padEnd(20)} ${needed[need.needed]}\n      ${need.why}\n      without it: ${need.without}`)
  const lines = sets.map(({ document, lacks, consequence }) => `  document ${document}: ${lacks.length === 0 ? 'complete' : `lacks ${lacks.join(', ')}: ${consequence}`}`)
  return `${colors.bold('What the driver’s token must be allowed')}\n${each.join('\n')}\n\n${colors.bold('Sets that are in use')}\n${lines.join('\n')}\n\nspec.backends.<name>.proxmox.access plans a user, a token, roles and ACLs with exactly these, on each node VM and each storage.\n`
}
