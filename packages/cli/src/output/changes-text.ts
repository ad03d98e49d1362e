/** Changes for people, each with what it means. */
import type { Change, Effect } from '@stowage/module'
import { effects, effectWords } from '@stowage/module'
import { describeLosses } from '@stowage/operations/apply/losses'
import type { LiveChange, LivePlan } from '@stowage/operations'
import pc from 'picocolors'
import { shortId } from './plan-text.ts'

const signs: Readonly<Record<Change['action'], string>> = { add: '+', update: '~', remove: '-', rename: '>' }

/** What would change; below each its fields, what stands on it, and what an apply needs to be told. */
export function changesText(changes: readonly LiveChange[], color: boolean): string {
  if (changes.length === 0) return 'nothing would change\n'
  const colors = pc.createColors(color)
  const paint: Readonly<Record<Effect, (text: string) => string>> = { safe: colors.green, recreate: colors.yellow, migrate: colors.magenta, 'destroys-data': colors.red }
  const lines = changes.map((change) => {
    const { action, id, effect, interrupts, sentence } = change
    const from = change.renamedFrom === undefined ? '' : ` (was ${shortId(change.renamedFrom)})`
    const details = detailsOf(change).map((line) => `      ${line}\n`)
    return `${signs[action]} ${colors.bold(shortId(id))}${from}  ${paint[effect](effectWords[effect])}${interrupts === true ? ', interrupts' : ''}  ${colors.dim(sentence)}\n${details.join('')}`
  })
  return `${lines.join('')}\n${summaryOf(changes)}\n`
}

export function summaryOf(changes: readonly Pick<Change, 'effect'>[]): string {
  const counts = effects.map((effect) => ({ effect, count: changes.filter((change) => change.effect === effect).length })).filter(({ count }) => count > 0)
  return `${changes.length} change${changes.length === 1 ? '' : 's'}: ${counts.map(({ effect, count }) => `${count} ${effectWords[effect]}`).join(', ')}`
}

function detailsOf({ fields, touches, standing, conflicts = [], refused, consent }: LiveChange): readonly string[] {
  return [
    ...fields.map(({ field, before, after }) => `${field}: ${leaf(before)} → ${leaf(after)}`),
    ...conflicts.map(({ manager, field }) => `${manager} owns ${field}`),
    ...(standing === undefined ? [] : [`stands on it: ${describeLosses(standing)}`]),
    ...(touches.length === 0 ? [] : [`depends on it: ${touches.slice(0, 6).map(shortId).join(', ')}${touches.length > 6 ? ` and ${touches.length - 6} more` : ''}`]),
    ...(refused === undefined ? [] : [`an apply would be refused: ${refused}`]),
    ...(consent === undefined ? [] : [`apply needs: ${consent}`]),
  ]
}

/** What was compared beside the changes, and what could not be. */
export function besidesText({ adopted, foreign, unknown }: LivePlan): string {
  return [...adopted.map((id) => `adopts ${shortId(id)}: others made it, and it is as planned\n`), ...foreign.map((sentence) => `leaves: ${sentence}\n`), ...unknown.map((sentence) => `unknown: ${sentence}\n`)].join('')
}

/** For a review: a table, then what more there is to say of each. Values are quoted as code, so that none of them is markup. */
export function changesMarkdown(title: string, changes: readonly LiveChange[], besides: readonly string[] = []): string {
  const heading = `## ${title}\n\n`
  if (changes.length === 0) return `${heading}Nothing would change.\n${notes(besides)}`
  const rows = changes.map(({ action, id, effect, interrupts, sentence }) => `| ${action} | ${code(id)} | ${effect === 'safe' ? effectWords[effect] : `**${effectWords[effect]}**`}${interrupts === true ? ', interrupts' : ''} | ${cell(sentence)} |\n`)
  const details = changes.flatMap((change) => {
    const lines = detailsOf(change)
    return lines.length === 0 ? [] : [`\n<details><summary>${code(change.id)}</summary>\n\n${lines.map((line) => `- ${code(line)}\n`).join('')}\n</details>\n`]
  })
  return `${heading}${summaryOf(changes)}.\n\n| | what | effect | what happens |\n|---|---|---|---|\n${rows.join('')}${details.join('')}${notes(besides)}`
}

function notes(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${lines.map((line) => `- ${cell(line)}\n`).join('')}`
}

/** A span of code that no backtick in the text ends. */
function code(text: string): string {
  const flat = text.replaceAll('\n', ' ').replaceAll('|', String.raw`\|`)
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${flat}${fence}` : `${fence} ${flat} ${fence}`
}

function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll(/[\\`*_<>[\]|]/g, String.raw`\$&`)
}

function leaf(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`
}
