/** The host actions of the plan as commands of `pveum`, a script for each Proxmox cluster. Run as root on one of its hosts; again changes nothing. */
import type { HostAction, Plan } from '../../plan/plan.ts'
import { fileMark, type EncodedFile } from '../encoded-file.ts'
import { commandLine, comment, quote } from '../shell-text.ts'

/** `proxmox-pve.sh` for each backend that has host actions. */
export function pveumScripts({ hostActions }: Plan): readonly EncodedFile[] {
  const backends = [...new Set(hostActions.map(({ backend }) => backend))]
  return backends.map((backend) => ({ path: `proxmox-${backend}.sh`, content: script(backend, hostActions.filter((action) => action.backend === backend)), mode: 0o755 }))
}

function script(backend: string, actions: readonly HostAction[]): string {
  return `#!/bin/sh
${fileMark}
# Who may do what on the Proxmox cluster of backend ${backend}. Run it as root on one of its hosts.
set -eu
command -v pveum >/dev/null || { echo 'pveum is not here: run this on a Proxmox host' >&2; exit 1; }
${actions.map((action) => `\n${comment(action.reason)}\n${commandsOf(action)}\n`).join('')}`
}

function commandsOf({ action }: HostAction): string {
  switch (action.kind) {
    case 'role': {
      const privileges = action.privileges.join(' ')
      return `${commandLine('pveum', 'role', 'modify', action.role, '--privs', privileges)} 2>/dev/null ||\n  ${commandLine('pveum', 'role', 'add', action.role, '--privs', privileges)}`
    }
    case 'user':
      return `${commandLine('pveum', 'user', 'modify', action.user, '--comment', action.comment)} 2>/dev/null ||\n  ${commandLine('pveum', 'user', 'add', action.user, '--comment', action.comment)}`
    case 'token':
      return tokenCommands(action.user, action.token, action.privilegeSeparation)
    case 'acl': {
      const whom = action.token === undefined ? ['--users', action.user ?? ''] : ['--tokens', tokenId(action.user, action.token)]
      return commandLine('pveum', 'acl', 'modify', action.path, '--roles', action.role, ...whom, '--propagate', action.propagate ? '1' : '0')
    }
  }
}

/** The secret of a token is shown once, by the command that makes it. */
function tokenCommands(user: string, token: string, separated: boolean): string {
  return [
    `if pveum user token list ${quote(user)} --output-format json | grep -q ${quote(`"tokenid":"${token}"`)}; then`,
    `  echo ${quote(`token ${user}!${token} is there already; its secret cannot be shown again`)}`,
    'else',
    '  # The secret is shown once, now: put it into the Secret that the backend names, and nowhere else.',
    `  ${commandLine('pveum', 'user', 'token', 'add', user, token, '--privsep', separated ? '1' : '0')}`,
    'fi',
  ].join('\n')
}

/** `user!token`; a token that is whole already stays as it is. */
export function tokenId(user: string | undefined, token: string): string {
  return token.includes('!') || user === undefined ? token : `${user}!${token}`
}
