/** The password of the backups' repository is somebody's decision, made before Velero first starts. */
import { valueAt } from '../../spec/value-at.ts'
import { fault, type Check, type Fault } from '../check.ts'
import { ofVelero, veleroPath } from './subject.ts'

const path = [...veleroPath, 'repositoryPassword']
const sources = ['existing', 'externalSecret', 'environment', 'file', 'generate'] as const
const choices =
  'add repositoryPassword with one of: existing: true (the Secret velero-repo-credentials, key repository-password, is there before), externalSecret: {store, key} (from a vault), environment or file (read by apply), generate: true (made by apply once; keep it elsewhere)'

export const passwordHasASource: Check = ofVelero((_, { raw }) => {
  const written = valueAt(raw, path)
  if (written === undefined) return [fault('repository-password-missing', path, 'nothing says where the password of the backups’ repository comes from; Velero would take a constant that everybody knows, and it cannot be changed later', choices)]
  const given = sources.filter((source) => isGiven(valueAt(written, [source])))
  if (isScalar(written) || given.length === 1) return []
  if (given.length > 1) return [fault('repository-password-twice', path, `the password of the backups’ repository comes from ${given.join(' and ')} at once`, 'keep one')]
  return [fault('repository-password-missing', path, 'nothing says where the password of the backups’ repository comes from', choices)]
})

/** A number may be a password, too. */
function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && value !== null
}

/** Where a name or a switch belongs, text that is none is taken for the password itself, and never repeated. */
export const passwordIsNotWritten: Check = ofVelero((_, { raw }) => {
  const said = (place: readonly string[]): Fault => fault('secret-in-text', [...path, ...place], `a password is written in the text under ${JSON.stringify(place.at(-1) ?? 'repositoryPassword')}`, 'choose another one, put it into a Secret, and name where it comes from')
  if (isScalar(valueAt(raw, path))) return [said([])]
  const switches = (['existing', 'generate'] as const).filter((field) => isScalar(valueAt(raw, [...path, field])))
  const variable = valueAt(raw, [...path, 'environment'])
  return [...switches.map((field) => said([field])), ...(isScalar(variable) && !/^[A-Za-z_]\w*$/.test(String(variable)) ? [said(['environment'])] : [])]
})
