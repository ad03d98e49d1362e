/** The driver's process: arguments and configuration, sockets, registration, and a tidy end. */
import { parseArgs } from 'node:util'
import { formatPath, isStorageError, StorageError, type Finding, type Log } from '@stowage/core'
import { untilAborted, type Effects, type RpcServer } from '@stowage/effects'
import { inCluster, type KubernetesClient } from '@stowage/kubernetes'
import { keepNodeLabels } from './backends/proxmox/node-labels.ts'
import type { DriverConfig } from './config/config.ts'
import { parseConfig } from './config/parse-config.ts'
import { controllerDriver, driverVersion, nodeDriver, type ServedDriver } from './driver.ts'
import { KubernetesNodes } from './kubernetes-nodes.ts'
import { driverSocket, serveRegistration } from './node/registration.ts'
import { methodsOf, rpcHandlerOf } from './rpc/serve.ts'

export interface RunDriver {
  /** After the program's name: `--role=controller|node --config=… --socket-dir=… --kubelet-root=… --node=…`. */
  readonly args: readonly string[]
  /** `NODE_NAME` names the node; `KUBERNETES_SERVICE_HOST` says that there is a Kubernetes to ask. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly effects: Effects
  readonly log: Log
  /** Aborts at SIGTERM: calls under way are answered, sockets removed. */
  readonly stop: AbortSignal
}

const defaultConfig = '/etc/stowage/config/config.yaml'
const graceMs = 10_000

/** Serves until `stop` aborts. Answers the exit code: 0 after a tidy end, 1 for a configuration that cannot be used, 2 for wrong arguments. */
export async function runDriver(run: RunDriver): Promise<number> {
  try {
    const options = readArguments(run.args, run.env)
    await serve(run, options)
    return 0
  } catch (error) {
    run.log.error('the driver cannot run', { error, ...(isStorageError(error) ? error.details : {}) })
    return isStorageError(error, 'invalid') && error.details['usage'] === true ? 2 : 1
  }
}

interface Options {
  readonly role: 'controller' | 'node'
  readonly config: string
  /** undefined: each role's own place. */
  readonly socketDirectory: string | undefined
  readonly kubeletRoot: string
  readonly node: string | undefined
  readonly trustLoopDevices: boolean
}

export function readArguments(args: readonly string[], env: RunDriver['env']): Options {
  const text = { type: 'string' } as const
  const values = parsedOr(() => parseArgs({ args: [...args], strict: true, options: { role: text, config: text, 'socket-dir': text, 'kubelet-root': text, node: text, 'log-level': text, 'trust-loop-devices': { type: 'boolean' } } }).values)
  const { role, config = defaultConfig, node = env['NODE_NAME'] } = values
  if (role !== 'controller' && role !== 'node') throw usage(`--role must be controller or node, not ${JSON.stringify(role ?? '')}`)
  if (role === 'node' && (node === undefined || node === '')) throw usage('the node role needs the name of its node: --node or the environment variable NODE_NAME')
  return { role, config, socketDirectory: values['socket-dir'], kubeletRoot: values['kubelet-root'] ?? '/var/lib/kubelet', node, trustLoopDevices: values['trust-loop-devices'] ?? false }
}

function parsedOr<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

function usage(message: string): StorageError {
  return new StorageError('invalid', message, { details: { usage: true } })
}

async function serve(run: RunDriver, options: Options): Promise<void> {
  const { effects, log, stop } = run
  const config = await readConfig(run, options.config)
  const kubernetes = await kubernetesOf(run)
  const common = { config, effects, log, stop, ...(kubernetes === undefined ? {} : { kubernetes }) }
  const servers: RpcServer[] = []
  try {
    if (options.role === 'controller') {
      const { served, clusters } = controllerDriver(common)
      for (const driver of served) servers.push(await listen(run, driver, `${options.socketDirectory ?? '/csi'}/${driver.name}.sock`))
      log.info('the controller serves', { version: driverVersion, drivers: served.map(({ name }) => name) })
      if (kubernetes !== undefined && clusters.length > 0) void keepNodeLabels({ clusters, nodes: new KubernetesNodes(kubernetes), clock: effects.clock, log, stop })
    } else {
      const nodeId = options.node ?? ''
      const { kubeletRoot, trustLoopDevices } = options
      for (const driver of nodeDriver({ ...common, nodeId, kubeletRoot, trustLoopDevices })) {
        const directory = options.socketDirectory
        servers.push(await listen(run, driver, directory === undefined ? driverSocket(driver.name, kubeletRoot) : `${directory}/${driver.name}/csi.sock`))
        // Last, for the kubelet calls at once; first to go, so that it does not call any more.
        servers.unshift(await serveRegistration({ rpc: effects.rpc, log, driver: driver.name, kubeletRoot }))
      }
      log.info('the node serves', { version: driverVersion, node: nodeId, drivers: config.drivers.map(({ name }) => name) })
    }
    await stopped(stop)
  } finally {
    for (const server of servers) await server.close(graceMs)
    log.info('the driver has ended', {})
  }
}

async function listen({ effects, log }: RunDriver, { name, handlers }: ServedDriver, address: string): Promise<RpcServer> {
  await effects.files.makeDirectory(address.slice(0, address.lastIndexOf('/')), 0o750)
  return effects.rpc.serve(address, methodsOf(handlers), rpcHandlerOf(handlers, { clock: effects.clock, log, driver: name }))
}

async function stopped(stop: AbortSignal): Promise<void> {
  const never = new Promise<never>(() => {})
  await untilAborted(never, stop).catch(() => {})
}

async function readConfig({ effects, log }: RunDriver, path: string): Promise<DriverConfig> {
  const { config, findings } = parseConfig(await textOfConfig(effects, path), path)
  for (const finding of findings) log[finding.severity === 'error' ? 'error' : 'warn']('the configuration has a fault', { fault: sentenceOf(finding) })
  if (config === undefined) throw new StorageError('invalid', `the configuration ${path} cannot be used: ${findings.map(sentenceOf).join('. ')}`)
  return config
}

async function textOfConfig({ files }: Effects, path: string): Promise<string> {
  try {
    return await files.readText(path)
  } catch (cause) {
    throw new StorageError('invalid', `the configuration ${path} cannot be read; mount it there, or say where it is with --config`, { cause })
  }
}

function sentenceOf({ message, remedy, path, position }: Finding): string {
  const place = position === undefined ? formatPath(path) : `${position.file}:${position.line}:${position.column}`
  return `${place}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`
}

/** undefined without a Kubernetes: the driver still serves CSI, and finds nodes by the names of their VMs. */
async function kubernetesOf({ effects, env }: RunDriver): Promise<KubernetesClient | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST']
  return host === undefined || host === '' ? undefined : (await inCluster(effects, env, { fieldManager: 'stowage' })).client
}
