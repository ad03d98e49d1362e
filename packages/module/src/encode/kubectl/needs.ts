/** What must be there before, asked for by a script: it is never made by one, because none may hold a Secret. */
import type { Plan } from '../../plan/plan.ts'
import { commentText } from '../comment-text.ts'
import { sourceText } from '../references-only.ts'
import { commandLine, quote } from '../shell-text.ts'

/** What the commands are made of, for the beginning of a script. */
export const needsFunctions = `step() { printf '\\n== %s\\n' "$1" >&2; }
missing=0
need() { kubectl get "$@" --output=name >/dev/null 2>&1; }
lacks() { printf 'missing: %s\\n' "$1" >&2; missing=1; }
`

/** Asked for when the namespaces are there, and all at once. Empty when nothing is needed. */
export function needsCommands({ needs, secrets }: Plan): string {
  if (needs.length + secrets.length === 0) return ''
  const lines = [
    ...needs.map(({ kind, name, namespace, reason }) => needLine(kind, name, namespace, reason)),
    ...secrets.map((secret) => needLine('Secret', secret.name, secret.namespace, `key ${secret.key}, ${sourceText(secret)}: ${secret.reason}`)),
  ]
  return `\nstep 'what must be there before'\n${lines.join('\n')}\n[ "$missing" -eq 0 ] || { echo 'make what is missing, then run this again; nothing more was applied' >&2; exit 1; }\n`
}

function needLine(kind: string, name: string, namespace: string | undefined, reason: string): string {
  const where = namespace === undefined ? [] : ['--namespace', namespace]
  const text = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`} (${commentText(reason)})`
  return `${commandLine('need', kind.toLowerCase(), name, ...where)} || lacks ${quote(text)}`
}
