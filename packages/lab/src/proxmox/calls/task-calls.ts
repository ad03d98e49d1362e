import { permissionFailure, died, parameterFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import type { Task } from '../tasks/tasks.ts'
import { isTaskError } from '../tasks/tasks.ts'
import type { Call, Calls } from './call.ts'
import { isSet, needed } from './call.ts'

/** A token sees its own tasks; a user sees its own and those of its tokens. */
function isOwn(call: Call, task: Task): boolean {
  const { user } = call.rights
  return user === task.user || (!user.includes('!') && task.user.startsWith(`${user}!`))
}

function mayAudit(call: Call): boolean {
  return call.rights.has(`/nodes/${needed(call, 'node')}`, 'Sys.Audit')
}

function findTask(call: Call): Task {
  const upid = needed(call, 'upid')
  if (!/^UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/.test(upid)) throw died(`unable to parse worker upid '${upid}'`)
  const task = call.cluster.tasks.find(upid)
  if (task === undefined || task.node !== needed(call, 'node')) throw parameterFailure({ upid: 'no such task' })
  if (!isOwn(call, task) && !mayAudit(call)) throw permissionFailure(`/nodes/${task.node}, Sys.Audit`)
  return task
}

function describe({ upid, node, pid, pstart, starttime, type, id, user }: Task): Record<string, unknown> {
  const [userid = user, tokenid] = user.split('!')
  return { upid, node, pid, pstart, starttime, type, id, user: userid, ...(tokenid === undefined ? {} : { tokenid }) }
}

function status(call: Call): unknown {
  const task = findTask(call)
  const ended = task.exitstatus === undefined ? {} : { exitstatus: task.exitstatus }
  return { ...describe(task), status: task.exitstatus === undefined ? 'running' : 'stopped', ...ended }
}

function log(call: Call): unknown {
  const task = findTask(call)
  const start = Number(call.parameters['start'] ?? 0)
  const limit = Number(call.parameters['limit'] ?? 50)
  const lines = task.log.slice(start, limit === 0 ? undefined : start + limit)
  return lines.length === 0 ? [{ n: 1, t: 'no content' }] : lines.map((t, index) => ({ n: start + index + 1, t }))
}

/** `source` archive (the default): those that ended; active: those that run; all: both. Newest first. */
function list(call: Call): unknown[] {
  const { parameters, cluster } = call
  const source = parameters['source'] ?? 'archive'
  const start = Number(parameters['start'] ?? 0)
  const limit = Number(parameters['limit'] ?? 50)
  const audit = mayAudit(call)
  return cluster.tasks.all
    .filter((task) => task.node === parameters['node'] && (audit || isOwn(call, task)))
    .filter(({ exitstatus }) => source === 'all' || (exitstatus === undefined) === (source === 'active'))
    .filter((task) => matches(call, task))
    .toReversed()
    .slice(start, limit === 0 ? undefined : start + limit)
    .map((task) => ({
      ...describe(task),
      ...(task.endtime === undefined ? {} : { endtime: task.endtime }),
      ...(task.exitstatus === undefined ? {} : { status: task.exitstatus }),
    }))
}

function matches({ parameters, ...call }: Call, task: Task): boolean {
  const { vmid, typefilter, userfilter, since, until, statusfilter } = parameters
  if (vmid !== undefined && task.id !== vmid) return false
  if (typefilter !== undefined && !task.type.includes(typefilter)) return false
  if (userfilter !== undefined && !task.user.includes(userfilter)) return false
  if (since !== undefined && task.starttime < Number(since)) return false
  if (until !== undefined && task.starttime > Number(until)) return false
  if (isSet({ ...call, parameters }, 'errors') && (task.exitstatus === undefined || !isTaskError(task.exitstatus))) return false
  return statusfilter === undefined || splitList(statusfilter).includes(statusType(task.exitstatus))
}

function statusType(exitstatus: string | undefined): string {
  if (exitstatus === undefined) return 'unknown'
  if (exitstatus === 'OK') return 'ok'
  return exitstatus.startsWith('WARNINGS: ') ? 'warning' : 'error'
}

export const taskCalls: Calls = {
  'GET /nodes/{node}/tasks': list,
  'GET /nodes/{node}/tasks/{upid}': () => ['log', 'status'].map((name) => ({ name })),
  'GET /nodes/{node}/tasks/{upid}/status': status,
  'GET /nodes/{node}/tasks/{upid}/log': log,
}
