/** Rows of workloads. */
import { arrayAt, at, numberAt, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { humanDuration, sinceText } from '../human-duration.ts'
import { age, containerNames, count, isDeleting, labelText, nameOf, selectorText } from './cell.ts'
import type { Cells } from './cell.ts'

const ofTemplate = (object: JsonObject): readonly [string, string] => containerNames(at(object, 'spec', 'template'))
const ownSelector = (object: JsonObject): string => selectorText(at(object, 'spec', 'selector'))

const deployments: Cells = (object, nowMs) => [
  nameOf(object),
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  count(object, 'status', 'updatedReplicas'),
  count(object, 'status', 'availableReplicas'),
  age(object, nowMs),
  ...ofTemplate(object),
  ownSelector(object),
]

const statefulSets: Cells = (object, nowMs) => [
  nameOf(object),
  `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
  age(object, nowMs),
  ...ofTemplate(object),
]

const replicaSets: Cells = (object, nowMs) => [
  nameOf(object),
  count(object, 'spec', 'replicas'),
  count(object, 'status', 'replicas'),
  count(object, 'status', 'readyReplicas'),
  age(object, nowMs),
  ...ofTemplate(object),
  ownSelector(object),
]

const daemonSets: Cells = (object, nowMs) => [
  nameOf(object),
  count(object, 'status', 'desiredNumberScheduled'),
  count(object, 'status', 'currentNumberScheduled'),
  count(object, 'status', 'numberReady'),
  count(object, 'status', 'updatedNumberScheduled'),
  count(object, 'status', 'numberAvailable'),
  labelText(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
  age(object, nowMs),
  ...ofTemplate(object),
  ownSelector(object),
]

function completions(job: JsonObject): string {
  const wanted = numberAt(job, 'spec', 'completions')
  const done = count(job, 'status', 'succeeded')
  if (wanted !== undefined) return `${done}/${wanted}`
  const parallelism = count(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function jobStatus(job: JsonObject): string {
  const has = (type: string): boolean =>
    arrayAt(job, 'status', 'conditions').some(each => textAt(each, 'type') === type && textAt(each, 'status') === 'True')
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (isDeleting(job)) return 'Terminating'
  if (has('Suspended')) return 'Suspended'
  if (has('FailureTarget')) return 'FailureTarget'
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

const jobs: Cells = (object, nowMs) => {
  const started = textAt(object, 'status', 'startTime')
  const ended = Date.parse(textAt(object, 'status', 'completionTime'))
  const duration = started === '' ? '' : humanDuration((Number.isNaN(ended) ? nowMs : ended) - Date.parse(started))
  return [nameOf(object), jobStatus(object), completions(object), duration, age(object, nowMs), ...ofTemplate(object), ownSelector(object)]
}

const cronJobs: Cells = (object, nowMs) => {
  const last = textAt(object, 'status', 'lastScheduleTime')
  return [
    nameOf(object),
    textAt(object, 'spec', 'schedule'),
    textAt(object, 'spec', 'timeZone') || '<none>',
    at(object, 'spec', 'suspend') === true ? 'True' : 'False',
    arrayAt(object, 'status', 'active').length,
    last === '' ? '<none>' : sinceText(last, nowMs),
    age(object, nowMs),
    ...containerNames(at(object, 'spec', 'jobTemplate', 'spec', 'template')),
    selectorText(at(object, 'spec', 'jobTemplate', 'spec', 'selector')),
  ]
}

const orNotSaid = (object: JsonObject, field: string): string => {
  const value = at(object, 'spec', field)
  return value === undefined ? 'N/A' : String(value)
}

const disruptionBudgets: Cells = (object, nowMs) => [
  nameOf(object),
  orNotSaid(object, 'minAvailable'),
  orNotSaid(object, 'maxUnavailable'),
  count(object, 'status', 'disruptionsAllowed'),
  age(object, nowMs),
]

const revisions: Cells = (object, nowMs) => {
  const owner = arrayAt(object, 'metadata', 'ownerReferences').find(each => at(each, 'controller') === true)
  const group = textAt(owner, 'apiVersion').split('/').toReversed()[1]
  const named = `${textAt(owner, 'kind').toLowerCase()}${group === undefined ? '' : `.${group}`}/${textAt(owner, 'name')}`
  return [nameOf(object), owner === undefined ? '<none>' : named, count(object, 'revision'), age(object, nowMs)]
}

export const workloadCells: Readonly<Record<string, Cells>> = {
  'deployments.apps': deployments,
  'statefulsets.apps': statefulSets,
  'replicasets.apps': replicaSets,
  'daemonsets.apps': daemonSets,
  'controllerrevisions.apps': revisions,
  'jobs.batch': jobs,
  'cronjobs.batch': cronJobs,
  'poddisruptionbudgets.policy': disruptionBudgets,
}
