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
  if (typeof written === 'string' || given.length === 1) return []
  if (given.length > 1) return [fault('repository-password-twice', path, `the password of the backups’ repository comes from ${given.join(' and ')} at once`, 'keep one')]
  return [fault('repository-password-missing', path, 'nothing says where the password of the backups’ repository comes from', choices)]
})

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && value !== null
}

/** Where a name or a switch belongs, text that is none is taken for the password itself, and never repeated. */
export const passwordIsNotWritten: Check = ofVelero((_, { raw }) => {
  const said = (place: readonly string[]): Fault => fault('secret-in-text', [...path, ...place], `a password is written in the text under ${JSON.stringify(place.at(-1) ?? 'repositoryPassword')}`, 'choose another one, put it into a Secret, and name where it comes from')
  if (typeof valueAt(raw, path) === 'string') return [said([])]
  const switches = (['existing', 'generate'] as const).filter((field) => typeof valueAt(raw, [...path, field]) === 'string')
  const variable = valueAt(raw, [...path, 'environment'])
  return [...switches.map((field) => said([field])), ...(typeof variable === 'string' && !/^[A-Za-z_]\w*$/.test(variable) ? [said(['environment'])] : [])]
})
