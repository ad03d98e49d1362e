/**
 * Makes the data under src/data from what upstream publishes. Run by hand when upstream changes:
 *   node scripts/compact-data.mjs csi <csi-wire.json>
 *   node scripts/compact-data.mjs registration <plugin-registration-wire.json>
 *   node scripts/compact-data.mjs proxmox <pve-api.json>
 * The hashes in src/data.test.ts then have to be renewed, which is the point of them.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const target = (name) => new URL(`../src/data/${name}`, import.meta.url)

/** Words for people; what a check needs stays. */
const dropped = new Set(['description', 'verbose_description', 'typetext', 'format_description', 'renderer', 'links', 'title', 'download_allowed', 'upload_allowed'])
/** Perl's schema has some of these as strings. */
const numeric = new Set(['minimum', 'maximum', 'minLength', 'maxLength', 'optional', 'additionalProperties', 'protected', 'allowtoken', 'default_key'])

function compactSchema(value) {
  if (Array.isArray(value)) return value.map(compactSchema)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !dropped.has(key))
  return Object.fromEntries(entries.map(([key, inner]) => [key, compactMember(key, inner)]))
}

function compactMember(key, value) {
  if (numeric.has(key) && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  /** Under these the keys are names of parameters, not words of the schema. */
  const isNameMap = (key === 'properties' || (key === 'format' && !Array.isArray(value))) && typeof value === 'object' && value !== null
  if (isNameMap) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, compactSchema(inner)]))
  return compactSchema(value)
}

const [what, source] = process.argv.slice(2)
const text = readFileSync(source, 'utf8')
if (what === 'proxmox') {
  const methods = JSON.parse(text).map(compactSchema)
  writeFileSync(target('pve-api.json'), `[\n${methods.map((method) => JSON.stringify(method)).join(',\n')}\n]\n`)
} else if (what === 'csi' || what === 'registration') {
  writeFileSync(target(what === 'csi' ? 'csi.json' : 'plugin-registration.json'), `${JSON.stringify(JSON.parse(text), undefined, 1)}\n`)
} else {
  throw new Error('usage: compact-data.mjs csi|registration|proxmox <file>')
}
