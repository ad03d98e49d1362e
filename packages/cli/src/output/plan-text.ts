/** A plan for people: each object with its reason, phase by phase. */
import type { Change, Effect, Plan } from '@stowage/module'
import { effects, effectWords, phases } from '@stowage/module'
import pc from 'picocolors'

export function planText({ name, namespace, objects, needs }: Plan, color: boolean): string {
  const colors = pc.createColors(color)
  const width = Math.max(0, ...objects.filter(({ phase }) => phase !== 'volumes' && phase !== 'claims').map(({ id }) => shortId(id).length))
  const sections = phases.flatMap((phase) => {
    const planned = objects.filter((object) => object.phase === phase)
    if (planned.length === 0) return []
    const lines = planned.map(({ id, reason, holdsData }) => `  ${shortId(id).padEnd(width)}  ${colors.dim(reason)}${holdsData ? colors.yellow(' (holds data)') : ''}`)
    return [`${colors.bold(phase)}\n${lines.join('\n')}\n`]
  })
  const needed = needs.map(({ kind, name: what, namespace: where, reason }) => `  ${kind}/${where === undefined ? '' : `${where}/`}${what}  ${colors.dim(reason)}\n`)
  const needsText = needed.length === 0 ? '' : `${colors.bold('must be there already')}\n${needed.join('')}`
  return `${colors.bold(`${name}: ${objects.length} objects in namespace ${namespace} and cluster-wide`)}\n\n${sections.join('')}${needsText}`
}

/** Without the API group, which people rarely need to tell two kinds apart. */
function shortId(id: string): string {
  return id.replace(/^[a-z0-9.]+\/(?=[A-Z])/, '')
}

const signs: Readonly<Record<Change['action'], string>> = { add: '+', update: '~', remove: '-', rename: '>' }

/** What would change, each with what it means; the fields of an update below it. */
export function changesText(changes: readonly Change[], color: boolean): string {
  if (changes.length === 0) return 'nothing would change\n'
  const colors = pc.createColors(color)
  const paint: Readonly<Record<Effect, (text: string) => string>> = { safe: colors.green, recreate: colors.yellow, migrate: colors.magenta, 'destroys-data': colors.red }
  const lines = changes.map(({ action, id, effect, interrupts, sentence, fields }) => {
    const details = fields.map(({ field, before, after }) => `      ${field}: ${leaf(before)} → ${leaf(after)}\n`)
    return `${signs[action]} ${colors.bold(shortId(id))}  ${paint[effect](effectWords[effect])}${interrupts === true ? ', interrupts' : ''}  ${colors.dim(sentence)}\n${details.join('')}`
  })
  const counts = effects.map((effect) => ({ effect, count: changes.filter((change) => change.effect === effect).length })).filter(({ count }) => count > 0)
  return `${lines.join('')}\n${changes.length} change${changes.length === 1 ? '' : 's'}: ${counts.map(({ effect, count }) => `${count} ${effectWords[effect]}`).join(', ')}\n`
}

function leaf(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`
}
