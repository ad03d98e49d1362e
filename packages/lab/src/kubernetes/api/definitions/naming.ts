/** Which names a definition is given, and what is said of it. apiextensions-apiserver's controller/status and controller/establish. */
import { arrayAt, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { conditionOf } from './served-resources.ts'

interface Taken {
  readonly resources: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

/** The status of a definition beside all others; the same reference when nothing is to be said anew. */
export function namedStatus(definition: JsonObject, all: readonly JsonObject[], now: string): JsonObject {
  const status = objectAt(definition, 'status')
  if (same(definition['spec'] === undefined ? {} : objectAt(definition, 'spec', 'names'), objectAt(status, 'acceptedNames'))) return status
  const { names, conflict } = acceptedNames(definition, takenNames(definition, all))
  const accepted = conflict ?? { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  const next = withCondition({ ...status, acceptedNames: names }, 'NamesAccepted', accepted, now)
  if (conditionOf(definition, 'Established')?.['status'] === 'True') return next
  return accepted.status === 'True' ? withCondition(next, 'Established', installing, now) : withCondition(next, 'Established', notAccepted, now)
}

export interface Said {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

const installing: Said = { status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }
const notAccepted: Said = { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
export const established: Said = { status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }

function takenNames(definition: JsonObject, all: readonly JsonObject[]): Taken {
  const group = textAt(definition, 'spec', 'group')
  const others = all.filter(each => textAt(each, 'spec', 'group') === group).map(each => objectAt(each, 'status', 'acceptedNames'))
  return {
    resources: new Set(others.flatMap(each => [textAt(each, 'plural'), textAt(each, 'singular'), ...arrayAt(each, 'shortNames').map(String)])),
    kinds: new Set(others.flatMap(each => [textAt(each, 'kind'), textAt(each, 'listKind')])),
  }
}

interface Accepted {
  readonly names: JsonObject
  readonly conflict: Said | undefined
}

/** Names that are free are given even where another is not; the last conflict is the one that is told. */
function acceptedNames(definition: JsonObject, taken: Taken): Accepted {
  const asked = objectAt(definition, 'spec', 'names')
  const held = objectAt(definition, 'status', 'acceptedNames')
  const names: Record<string, Json> = { ...held }
  let conflict: Said | undefined
  const settle = (key: string, reason: string, used: ReadonlySet<string>): void => {
    const name = textAt(asked, key)
    if (name !== textAt(held, key) && used.has(name)) conflict = inUse(reason, [name])
    else if (name !== '') names[key] = name
  }
  settle('plural', 'PluralConflict', taken.resources)
  settle('singular', 'SingularConflict', taken.resources)
  const own = arrayAt(held, 'shortNames')
  const shortTaken = arrayAt(asked, 'shortNames').filter(each => !own.includes(each) && taken.resources.has(String(each))).map(String)
  if (shortTaken.length > 0) conflict = inUse('ShortNamesConflict', shortTaken)
  else if (asked['shortNames'] !== undefined) names['shortNames'] = asked['shortNames']
  settle('kind', 'KindConflict', taken.kinds)
  settle('listKind', 'ListKindConflict', taken.kinds)
  if (asked['categories'] !== undefined) names['categories'] = asked['categories']
  return { names, conflict }
}

function inUse(reason: string, names: readonly string[]): Said {
  const texts = names.map(each => `${JSON.stringify(each)} is already in use`)
  return { status: 'False', reason, message: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]` }
}

/** A condition keeps its time while its status stays. */
export function withCondition(status: JsonObject, type: string, said: Said, now: string): JsonObject {
  const conditions = arrayAt(status, 'conditions')
  const place = conditions.findIndex(each => textAt(each, 'type') === type)
  const since = textAt(conditions[place], 'status') === said.status ? textAt(conditions[place], 'lastTransitionTime') : now
  const condition: JsonObject = { type, status: said.status, lastTransitionTime: since, reason: said.reason, message: said.message }
  return { ...status, conditions: place < 0 ? [...conditions, condition] : conditions.map((each, index) => (index === place ? condition : each)) }
}

/** Groups of *.k8s.io need somebody's approval. undefined where none is needed, or nothing changed. */
export function approval(definition: JsonObject): Said | undefined {
  const group = textAt(definition, 'spec', 'group')
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return undefined
  const url = textAt(definition, 'metadata', 'annotations', 'api-approved.kubernetes.io')
  if (/^https?:\/\//.test(url)) return { status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${url}` }
  return { status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(url)}` }
}
