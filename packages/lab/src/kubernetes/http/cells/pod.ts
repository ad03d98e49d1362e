/** printers' `printPod`, rule for rule. */
import { arrayAt, at, isObject, numberAt, textAt } from '../../api/json.ts'
import type { Json, JsonArray, JsonObject } from '../../api/json.ts'
import { sinceText } from '../human-duration.ts'
import { age, isDeleting, nameOf, orNone } from './cell.ts'

interface Tally {
  restarts: number
  lastRestart: string
  ready: number
  reason: string
}

export function podCells(pod: JsonObject, nowMs: number): JsonArray {
  const tally: Tally = { restarts: 0, lastRestart: '', ready: 0, reason: phaseReason(pod) }
  const sidecars = new Set(arrayAt(pod, 'spec', 'initContainers').filter(each => textAt(each, 'restartPolicy') === 'Always').map(each => textAt(each, 'name')))
  const initializing = countInit(pod, sidecars, tally)
  if (!initializing || hasCondition(pod, 'Initialized')) countMain(pod, sidecars, tally)
  const total = arrayAt(pod, 'spec', 'containers').length + sidecars.size
  const restarts = tally.restarts !== 0 && tally.lastRestart !== '' ? `${tally.restarts} (${sinceText(tally.lastRestart, nowMs)} ago)` : String(tally.restarts)
  return [nameOf(pod), `${tally.ready}/${total}`, finalReason(pod, tally.reason), restarts, age(pod, nowMs), ...wideCells(pod)]
}

function phaseReason(pod: JsonObject): string {
  const gated = arrayAt(pod, 'status', 'conditions').some(each => textAt(each, 'type') === 'PodScheduled' && textAt(each, 'reason') === 'SchedulingGated')
  return gated ? 'SchedulingGated' : textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase')
}

function noteRestart(status: Json, tally: Tally): void {
  tally.restarts += numberAt(status, 'restartCount') ?? 0
  const finished = textAt(status, 'lastState', 'terminated', 'finishedAt')
  if (finished > tally.lastRestart) tally.lastRestart = finished
}

/** True while an init container is not done; counts what sidecars among them contribute. */
function countInit(pod: JsonObject, sidecars: ReadonlySet<string>, tally: Tally): boolean {
  const statuses = arrayAt(pod, 'status', 'initContainerStatuses')
  for (const [index, status] of statuses.entries()) {
    noteRestart(status, tally)
    const terminated = at(status, 'state', 'terminated')
    if (isObject(terminated) && numberAt(terminated, 'exitCode') === 0) continue
    if (sidecars.has(textAt(status, 'name')) && at(status, 'started') === true) {
      if (at(status, 'ready') === true) tally.ready += 1
      continue
    }
    tally.reason = initReason(status, index, arrayAt(pod, 'spec', 'initContainers').length)
    return true
  }
  return false
}

function initReason(status: Json, index: number, total: number): string {
  const terminated = at(status, 'state', 'terminated')
  if (isObject(terminated)) return `Init:${endReason(terminated)}`
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`
}

function endReason(terminated: JsonObject): string {
  const reason = textAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal') ?? 0
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

function countMain(pod: JsonObject, sidecars: ReadonlySet<string>, tally: Tally): void {
  tally.restarts = 0
  tally.lastRestart = ''
  for (const status of arrayAt(pod, 'status', 'initContainerStatuses')) if (sidecars.has(textAt(status, 'name'))) noteRestart(status, tally)
  let hasRunning = false
  let errorReason = ''
  for (const status of arrayAt(pod, 'status', 'containerStatuses').toReversed()) {
    noteRestart(status, tally)
    const waiting = textAt(status, 'state', 'waiting', 'reason')
    const terminated = at(status, 'state', 'terminated')
    if (waiting !== '') tally.reason = waiting
    else if (isObject(terminated)) {
      tally.reason = endReason(terminated)
      if ((numberAt(terminated, 'exitCode') ?? 0) !== 0) errorReason = tally.reason
    } else if (at(status, 'ready') === true && isObject(at(status, 'state', 'running'))) {
      hasRunning = true
      tally.ready += 1
    }
  }
  if (tally.reason === 'Completed') tally.reason = ofCompleted(hasRunning, hasCondition(pod, 'Ready'), errorReason)
}

function ofCompleted(hasRunning: boolean, isReady: boolean, errorReason: string): string {
  if (hasRunning && isReady) return 'Running'
  if (errorReason !== '') return errorReason
  return hasRunning ? 'NotReady' : 'Completed'
}

function hasCondition(pod: JsonObject, type: string): boolean {
  return arrayAt(pod, 'status', 'conditions').some(each => textAt(each, 'type') === type && textAt(each, 'status') === 'True')
}

function finalReason(pod: JsonObject, reason: string): string {
  if (!isDeleting(pod)) return reason
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown'
  return ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')) ? reason : 'Terminating'
}

function wideCells(pod: JsonObject): JsonArray {
  const gates = arrayAt(pod, 'spec', 'readinessGates').map(each => textAt(each, 'conditionType'))
  const passed = gates.filter(each => hasCondition(pod, each)).length
  return [
    orNone(textAt(pod, 'status', 'podIPs', 0, 'ip')),
    orNone(textAt(pod, 'spec', 'nodeName')),
    orNone(textAt(pod, 'status', 'nominatedNodeName')),
    gates.length === 0 ? '<none>' : `${passed}/${gates.length}`,
  ]
}
