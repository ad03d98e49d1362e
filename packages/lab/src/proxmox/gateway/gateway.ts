import type { HttpHandler, HttpRequest, HttpResponse } from '@stowage/effects'
import { HttpFailure, textResponse } from '@stowage/effects'
import { Rights } from '../access/check.ts'
import type { Call, Calls } from '../calls/call.ts'
import type { Cluster } from '../cluster.ts'
import type { CallFault } from '../faults.ts'
import { PveFailure, died, parameterFailure, permissionFailure } from '../schema/failure.ts'
import { isOn } from '../schema/method.ts'
import type { RouteMatch } from '../schema/routes.ts'
import type { Parameters } from '../schema/verify.ts'
import type { Session, Tickets } from './authenticate.ts'
import { authenticate } from './authenticate.ts'
import { joinParameters, parametersOf } from './parameters.ts'

/** Unauthorized answers are held back this long. */
const unauthorizedDelayMs = 3000

/** One node's pveproxy. */
export function createGateway(cluster: Cluster, calls: Calls, tickets: Tickets, entry: string): HttpHandler {
  return async (request) => {
    if (cluster.faults.down.has(entry)) throw new HttpFailure('connect', 'EHOSTUNREACH', `connect EHOSTUNREACH ${entry}:8006`)
    const url = new URL(request.url)
    if (!url.pathname.startsWith('/api2/json')) return textResponse(404, '', {}, 'Not Found')
    try {
      return envelope(await answer(cluster, calls, tickets, entry, request, url))
    } catch (error) {
      if (!(error instanceof PveFailure)) throw error
      if (error.status === 401) await cluster.clock.sleep(unauthorizedDelayMs)
      return refusal(error)
    }
  }
}

async function answer(cluster: Cluster, calls: Calls, tickets: Tickets, entry: string, request: HttpRequest, url: URL): Promise<unknown> {
  const path = url.pathname.slice('/api2/json'.length).replace(/\/+$/, '')
  const match = cluster.schema.routes.find(request.method, path)
  const open = match?.method.permissions?.user === 'world'
  const session: Session = open ? { user: undefined, byToken: false } : authenticate(cluster, tickets, request)
  if (match === undefined) throw new PveFailure(501, `Method '${request.method} ${path}' not implemented\n`)
  const name = `${request.method} ${match.method.path}`
  const parameters = joinParameters(match.parameters, parametersOf(request, url))
  const rights = new Rights(cluster.directory, session.user ?? '')
  requireAllowed(match, rights, session, parameters, path)
  requireNode(cluster, match, parameters, entry)
  const errors = cluster.schema.verifier.check(match.method.parameters, parameters)
  if (Object.keys(errors).length > 0) throw parameterFailure(errors)
  const handler = calls[name]
  if (handler === undefined) throw new PveFailure(501, `the lab has no '${name}', although Proxmox VE has\n`)
  const fault = cluster.faults.decide({ call: name, parameters, user: rights.user })
  return withFault(cluster, fault, async () => handler({ cluster, rights, entry, parameters, fault } satisfies Call))
}

function requireAllowed({ method }: RouteMatch, rights: Rights, session: Session, parameters: Parameters, path: string): void {
  if (method.permissions?.user === 'world') return
  if (session.byToken && !isOn(method.allowtoken)) throw permissionFailure(`URI '${path}' not available with API token, need proper ticket.`)
  rights.checkCall(method, parameters)
}

/** `proxyto: node`: the request goes on to the node that it names, when that can be reached. */
function requireNode(cluster: Cluster, { method }: RouteMatch, parameters: Parameters, entry: string): void {
  const { node } = parameters
  if (method.proxyto !== 'node' || node === undefined || node === entry || node === 'localhost') return
  if (!cluster.nodes.includes(node)) throw died(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`)
  if (cluster.faults.down.has(node)) throw new PveFailure(595, 'No route to host\n')
}

async function withFault(cluster: Cluster, fault: CallFault | undefined, work: () => Promise<unknown>): Promise<unknown> {
  if (fault === undefined || fault.kind === 'task-fails' || fault.kind === 'task-warns') return work()
  if (fault.kind === 'delay') {
    await cluster.clock.sleep(fault.ms)
    return work()
  }
  if (fault.kind === 'fail-before') throw new PveFailure(fault.status, `${fault.message}\n`)
  if (fault.kind === 'lose-request') throw brokenConnection()
  if (fault.kind === 'lose-answer-early') {
    void work().catch(() => {})
    throw brokenConnection()
  }
  // What the call itself says no longer reaches anybody, whether it went well or not.
  await work().catch(() => undefined)
  if (fault.kind === 'lose-answer') throw brokenConnection()
  throw new PveFailure(fault.status, `${fault.message}\n`)
}

function brokenConnection(): HttpFailure {
  return new HttpFailure('answer', 'ECONNRESET', 'socket hang up')
}

const headers = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'max-age=0', server: 'pve-api-daemon/3.0' }

function envelope(data: unknown): HttpResponse {
  return textResponse(200, JSON.stringify({ data: data ?? null }), headers, 'OK')
}

/** The first line is the reason phrase; PVE 9 puts the whole text into the body too. An unauthorized answer has no body. */
function refusal({ status, message, errors }: PveFailure): HttpResponse {
  const reason = message.split('\n')[0] ?? ''
  if (status === 401 || status === 595) return textResponse(status, '', headers, reason)
  return textResponse(status, JSON.stringify({ data: null, message, ...(errors === undefined ? {} : { errors }) }), headers, reason)
}
