/** The real helm against the lab's API server on a real port, with a chart of a folder; and what it reads of a release that the lab's helm made. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Effects, HttpHandler, HttpRequest } from '@stowage/effects'
import { createHelm } from '@stowage/lab/helm/helm'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { labCluster } from '@stowage/lab/kubernetes/operators/lab-cluster'

const files: Readonly<Record<string, string>> = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: small\nversion: 1.2.3\nappVersion: "4.5"\n',
  'chart/values.yaml': 'size: 1\n',
  'chart/crds/widgets.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: widgets.lab.example.com }\nspec:\n  group: lab.example.com\n  scope: Namespaced\n  names: { plural: widgets, kind: Widget, singular: widget, listKind: WidgetList }\n  versions:\n  - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer, maximum: 9 } } } } } } }\n',
  'chart/templates/all.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-config" }\ndata: { size: "{{ .Values.size }}" }\n---\napiVersion: lab.example.com/v1\nkind: Widget\nmetadata: { name: w }\nspec: { size: {{ .Values.size }} }\n',
}

/** What went otherwise than it should, in sentences; nothing when all is well. */
export async function helmOnLab(helm: string, effects: Effects): Promise<readonly string[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'stowage-helm-'))
  const store = createStore({ clock: effects.clock, random: effects.random })
  const server = await listen(createApiHandler(store))
  const faults: string[] = []
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(scratch, path, '..'), { recursive: true })
      await writeFile(join(scratch, path), text)
    }
    await writeFile(join(scratch, 'kubeconfig'), kubeconfigFor(originOf(server)))
    const run = (...args: readonly string[]): Promise<Ran> => runHelm(helm, scratch, args)
    const expect = (what: string, { code, output }: Ran, exit: number, ...texts: readonly string[]): void => {
      if (code !== exit || texts.some((each) => !output.includes(each))) faults.push(`${what}: exit ${code} with ${output.trim().slice(0, 400)}`)
    }
    const install = ['upgrade', '--install', 'demo', join(scratch, 'chart'), '--namespace', 'apps', '--create-namespace', '--wait', '--timeout', '30s']
    expect('install', await run(...install), 0, 'STATUS: deployed')
    expect('upgrade', await run(...install, '--set', 'size=3'), 0, 'REVISION: 2')
    expect('an upgrade that the definition refuses', await run(...install, '--set', 'size=12'), 1, 'spec.size in body should be less than or equal to 9')
    expect('rollback', await run('rollback', 'demo', '2', '--namespace', 'apps', '--wait', '--timeout', '30s'), 0, 'Rollback was a success')
    expect('values', await run('get', 'values', 'demo', '--namespace', 'apps'), 0, 'size: 3')
    expect('uninstall', await run('uninstall', 'demo', '--namespace', 'apps', '--wait', '--timeout', '30s'), 0, 'release "demo" uninstalled')
    const own = createHelm({ api: labCluster(store.client('helm')), clock: effects.clock, files: effects.files, runsWorkloads: false })
    await own({ args: ['upgrade', '--install', 'rook', 'rook-ceph', '--repo', 'https://charts.rook.io/release', '--version', 'v1.20.6', '--namespace', 'apps', '--wait'] })
    expect('a release of the lab\'s helm', await run('list', '--namespace', 'apps'), 0, 'rook-ceph-v1.20.6', 'deployed')
    expect('its end', await run('uninstall', 'rook', '--namespace', 'apps', '--wait', '--timeout', '30s'), 0, 'release "rook" uninstalled')
  } finally {
    server.close()
    server.closeAllConnections()
    await rm(scratch, { recursive: true, force: true })
  }
  return faults
}

interface Ran {
  readonly code: number
  readonly output: string
}

function runHelm(helm: string, scratch: string, args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', KUBECONFIG: join(scratch, 'kubeconfig'), HELM_CACHE_HOME: join(scratch, 'cache'), HELM_CONFIG_HOME: join(scratch, 'config'), HELM_DATA_HOME: join(scratch, 'data') }
  return new Promise((resolve) => {
    execFile(helm, [...args], { env, cwd: scratch, timeout: 90_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 124, output: `${stdout}${stderr}` })
    })
  })
}

function listen(handler: HttpHandler): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(handler, request, response)
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

async function answer(handler: HttpHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the client left')))
  const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
  const asked: HttpRequest = {
    method: methods.find((each) => each === request.method) ?? 'GET', url: `http://127.0.0.1${request.url ?? '/'}`, headers, signal: gone.signal,
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  }
  const { status, headers: head, body } = await handler(asked)
  response.writeHead(status, { ...head })
  for await (const chunk of body) response.write(chunk)
  response.end()
}

function originOf(server: Server): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'lab', contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }], clusters: [{ name: 'lab', cluster: { server } }], users: [{ name: 'lab', user: {} }] })
}
