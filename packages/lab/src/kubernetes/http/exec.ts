/** `pods/exec` over WebSocket: v5.channel.k8s.io, where the first byte of each message names a stream. Real listening mode only. */
import type { ListenOptions } from '@stowage/effects/real'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { ApiStatusError } from '../api/api.ts'
import { noSuchResource } from '../api/failures.ts'
import type { JsonObject } from '../api/json.ts'
import type { ExecResult, PodStreams } from '../api/pod-streams.ts'
import type { Store } from '../api/store.ts'
import { statusOf } from './answers.ts'
import { containerOf, noStreams } from './log.ts'
import { routeOf } from './route.ts'

const stdin = 0
const stdout = 1
const stderr = 2
const errors = 3
const closeSignal = 255
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

export type UpgradeHandler = NonNullable<ListenOptions['upgrade']>
type UpgradeRequest = Parameters<UpgradeHandler>[0]
type Connection = Parameters<UpgradeHandler>[1]

/** For `listenHttp`'s `upgrade`. Output is sent when the command has ended; input is read to its end first. */
export function createExecUpgrade(store: Store, podStreams: PodStreams | undefined): UpgradeHandler {
  const server = new WebSocketServer({ noServer: true, handleProtocols: offered => protocols.find(each => offered.has(each)) ?? false })
  return (request, socket, head) => {
    try {
      const exec = execOf(store, podStreams, request)
      server.handleUpgrade(request, socket, head, client => void runOver(client, exec))
    } catch (error) {
      refuse(socket, error)
    }
  }
}

interface Exec {
  readonly readsInput: boolean
  readonly run: (input: Uint8Array | undefined) => Promise<ExecResult>
}

function execOf(store: Store, podStreams: PodStreams | undefined, request: UpgradeRequest): Exec {
  const url = new URL(request.url ?? '/', 'http://lab')
  const target = routeOf(store.requests.registry, url.pathname)
  if (target?.subresource !== 'exec' || target.name === undefined || target.namespace === undefined) throw noSuchResource()
  const { namespace, name } = target
  const pod = store.requests.get(target.resource, namespace, name)
  if (podStreams === undefined) throw noStreams()
  const container = containerOf(pod, url.searchParams.get('container') ?? undefined, name)
  const command = url.searchParams.getAll('command')
  return {
    readsInput: url.searchParams.get('stdin') === 'true',
    run: input => podStreams.exec(namespace, name, container, command, input),
  }
}

async function runOver(client: WebSocket, exec: Exec): Promise<void> {
  try {
    const result = await exec.run(exec.readsInput ? await inputOf(client) : undefined)
    send(client, stdout, result.stdout)
    send(client, stderr, result.stderr)
    send(client, errors, new TextEncoder().encode(JSON.stringify(exitStatus(result.exitCode))))
  } catch (error) {
    const failure = error instanceof ApiStatusError ? error : new ApiStatusError(500, 'InternalError', error instanceof Error ? error.message : String(error))
    send(client, errors, new TextEncoder().encode(JSON.stringify(statusOf(failure))))
  }
  client.close(1000)
}

function send(client: WebSocket, channel: number, bytes: Uint8Array): void {
  if (bytes.length > 0) client.send(Buffer.concat([Buffer.from([channel]), bytes]))
}

/** Until the client says that its input is at an end, or goes away. */
function inputOf(client: WebSocket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  return new Promise(resolve => {
    const finish = (): void => resolve(Buffer.concat(chunks))
    client.on('message', (data: RawData) => {
      const bytes = bytesOf(data)
      if (bytes[0] === stdin) chunks.push(bytes.subarray(1))
      if (bytes[0] === closeSignal && bytes[1] === stdin) finish()
    })
    client.on('close', finish)
  })
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

function exitStatus(exitCode: number): JsonObject {
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

function refuse(socket: Connection, error: unknown): void {
  const failure = error instanceof ApiStatusError ? error : new ApiStatusError(500, 'InternalError', error instanceof Error ? error.message : String(error))
  const body = JSON.stringify(statusOf(failure))
  socket.end(`HTTP/1.1 ${failure.code} ${failure.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
}
