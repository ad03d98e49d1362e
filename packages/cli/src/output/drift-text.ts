/** Drift for people: each thing that is not as declared, field by field, and who changed it. */
import type { Drift, DriftedField, DriftReport } from '@stowage/operations'
import pc from 'picocolors'
import { shortId } from './plan-text.ts'

export function driftText({ drifts, adoptable, others, foreign, unknown }: DriftReport, color: boolean): string {
  const colors = pc.createColors(color)
  const paint: Readonly<Record<Drift['kind'], (text: string) => string>> = { missing: colors.red, changed: colors.yellow, release: colors.yellow, extra: colors.dim }
  const lines = drifts.map(({ id, kind, sentence, fields }) => `${paint[kind](kind.padEnd(8))} ${colors.bold(shortId(id))}  ${colors.dim(sentence)}\n${fields.map((field) => `           ${fieldText(field)}\n`).join('')}`)
  const beside = [...adoptable.map((id) => `${shortId(id)} is as declared and not managed by Stowage; the next apply adopts it\n`), ...Object.entries(others).flatMap(([id, { foreign: fields }]) => byHand(id, fields, drifts)), ...foreign.map((sentence) => `${sentence}\n`), ...unknown.map((sentence) => `unknown: ${sentence}\n`)]
  const summary = drifts.length === 0 ? (unknown.length === 0 ? 'no drift\n' : 'no drift in what could be compared\n') : `${drifts.length} ${drifts.length === 1 ? 'thing is' : 'things are'} not as declared\n`
  return `${lines.join('')}${beside.join('')}${summary}`
}

/** No drift, because nothing is declared there; but what a person put in by hand may well change what happens. */
function byHand(id: string, fields: DriftReport['others'][string]['foreign'], drifts: DriftReport['drifts']): readonly string[] {
  const told = new Set(drifts.filter((drift) => drift.id === id).flatMap((drift) => drift.fields.map(({ field }) => field)))
  const set = fields.filter(({ field, manager }) => manager.startsWith('kubectl') && !field.startsWith('metadata') && !told.has(field))
  return set.length === 0 ? [] : [`${shortId(id)} has, beside what is declared, ${set.map(({ field, manager }) => `${field} (${manager})`).join(', ')}: no drift, and an apply leaves it\n`]
}

function fieldText({ field, declared, living, cause, by }: DriftedField): string {
  const who = by === undefined ? '' : `${by.manager}${by.at === undefined ? '' : `, ${by.at}`}`
  const why = cause === 'declaration' ? ' (changed in the declaration)' : cause === 'absent' ? (who === '' ? '' : ` (${who} wrote last)`) : who === '' ? '' : ` (by ${who})`
  return `${field}: declared ${leaf(declared)}, is ${leaf(living)}${why}`
}

function leaf(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`
}
