/**
 * A helm that keeps its releases in the lab's cluster as the real one does (Secrets of type helm.sh/release.v1), and makes what its charts
 * are said to hold. It knows the words that an apply uses and refuses all others, as the real one would.
 */
import type { ProgramResult, ProgramRun } from '@stowage/effects'
import type { Clock, Files } from '@stowage/effects'
import type { VirtualProgram } from '@stowage/effects/virtual'
import type { Api } from '@stowage/lab/kubernetes/api/api'

type LabObject = Parameters<Api['create']>[1]

export interface FakeChart {
  readonly versions: readonly string[]
  /** `resource` is the lab's name of the kind: `customresourcedefinitions.apiextensions.k8s.io`. */
  readonly objects: readonly { readonly resource: string; readonly object: LabObject }[]
  /** How long `--wait` takes, milliseconds. */
  readonly takesMs?: number
}

export interface FakeHelm {
  readonly program: VirtualProgram
  /** Every call as its arguments were. */
  readonly calls: (readonly string[])[]
  /** Content of each values file as it was at the time of the call. */
  readonly values: string[]
  /** Ends the next upgrade like a kill -9 in the middle: the release stays pending. */
  killNext(): void
  /** Fails the next upgrade as a timeout of --wait does. */
  failNext(): void
}

interface Stored {
  readonly chart: string
  readonly values: Readonly<Record<string, unknown>>
  readonly updated: string
}

export function fakeHelm(api: Api, files: Files, clock: Clock, charts: Readonly<Record<string, FakeChart>>): FakeHelm {
  const helm = new Helm(api, files, clock, charts)
  return { program: (run) => helm.run(run), calls: helm.calls, values: helm.values, killNext: () => (helm.next = 'kill'), failNext: () => (helm.next = 'fail') }
}

class Helm {
  readonly calls: (readonly string[])[] = []
  readonly values: string[] = []
  next: 'kill' | 'fail' | undefined
  readonly #api: Api
  readonly #files: Files
  readonly #clock: Clock
  readonly #charts: Readonly<Record<string, FakeChart>>

  constructor(api: Api, files: Files, clock: Clock, charts: Readonly<Record<string, FakeChart>>) {
    this.#api = api
    this.#files = files
    this.#clock = clock
    this.#charts = charts
  }

  async run(run: ProgramRun): Promise<Partial<ProgramResult>> {
    const { args, signal } = run
    this.calls.push(args)
    const [command = ''] = args
    if (command === 'version') return { stdout: 'v3.19.0+g3d8990f\n' }
    const flags = flagsOf(args.slice(1))
    if (typeof flags === 'string') return { exitCode: 1, stderr: `Error: ${flags}\n` }
    if (command === 'list') return this.#list(flags)
    if (command === 'get') return this.#get(flags)
    if (command === 'upgrade') return this.#upgrade(flags, signal)
    if (command === 'uninstall') return this.#uninstall(flags)
    return { exitCode: 1, stderr: `Error: unknown command "${command}" for "helm"\n` }
  }

  #list({ named }: Flags): Partial<ProgramResult> {
    const wanted = new RegExp(named['filter'] ?? '')
    const names = [...new Set(this.#secrets(named['namespace']).map(({ labels }) => labels['name'] ?? ''))].filter((name) => wanted.test(name))
    const rows = names.flatMap((name) => {
      const last = this.#last(named['namespace'] ?? '', name)
      return last === undefined ? [] : [{ name, namespace: named['namespace'], revision: String(last.revision), updated: last.stored.updated, status: last.status, chart: last.stored.chart, app_version: '' }]
    })
    return { stdout: JSON.stringify(rows) }
  }

  #get({ plain, named }: Flags): Partial<ProgramResult> {
    const last = this.#last(named['namespace'] ?? '', plain[1] ?? '')
    if (last === undefined) return { exitCode: 1, stderr: 'Error: release: not found\n' }
    return { stdout: Object.keys(last.stored.values).length === 0 ? 'null\n' : JSON.stringify(last.stored.values) }
  }

  async #upgrade({ plain, named }: Flags, signal: AbortSignal | undefined): Promise<Partial<ProgramResult>> {
    const [name = '', chartName = ''] = plain
    const namespace = named['namespace'] ?? ''
    const last = this.#last(namespace, name)
    if (last?.status.startsWith('pending-')) return { exitCode: 1, stderr: 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n' }
    const chart = this.#charts[chartName]
    if (chart === undefined || !chart.versions.includes(named['version'] ?? '')) return { exitCode: 1, stderr: `Error: chart "${chartName}" version "${named['version']}" not found in ${named['repo']} repository\n` }
    const text = await this.#files.readText(named['values'] ?? '')
    this.values.push(text)
    const values: Record<string, unknown> = JSON.parse(text)
    const revision = (last?.revision ?? 0) + 1
    const stored = { chart: `${chartName}-${named['version']}`, values, updated: goTime(this.#clock.now()) }
    this.#store(namespace, name, revision, last === undefined ? 'pending-install' : 'pending-upgrade', stored)
    const how = this.next
    this.next = undefined
    for (const { resource, object } of chart.objects) if (this.#api.list(resource).every(({ metadata }) => metadata.name !== object.metadata?.name)) this.#api.create(resource, structuredClone(object))
    if (how === 'kill') return { exitCode: null, signal: 'SIGKILL' }
    try {
      await this.#clock.sleep(chart.takesMs ?? 2_000, signal)
    } catch {
      this.#status(namespace, name, revision, 'failed')
      return { exitCode: 1, stderr: `Error: release ${name} failed: context canceled\n` }
    }
    this.#status(namespace, name, revision, how === 'fail' ? 'failed' : 'deployed')
    if (how === 'fail') return { exitCode: 1, stderr: 'Error: UPGRADE FAILED: context deadline exceeded\n' }
    if (last !== undefined) this.#status(namespace, name, last.revision, 'superseded')
    return { stdout: `Release "${name}" has been upgraded. Happy Helming!\n` }
  }

  #uninstall({ plain, named }: Flags): Partial<ProgramResult> {
    const namespace = named['namespace'] ?? ''
    const found = this.#secrets(namespace).filter(({ labels }) => labels['name'] === plain[0])
    if (found.length === 0) return { exitCode: 1, stderr: `Error: uninstall: Release not loaded: ${plain[0]}: release: not found\n` }
    for (const { name } of found) this.#api.delete('secrets', name, namespace)
    return { stdout: `release "${plain[0]}" uninstalled\n` }
  }

  #secrets(namespace: string | undefined): readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly data: string }[] {
    return this.#api
      .list('secrets', namespace === undefined ? {} : { namespace })
      .map((secret) => ({ name: secret.metadata.name ?? '', labels: Object.fromEntries(Object.entries(secret.metadata.labels ?? {})), data: releaseIn(secret) }))
      .filter(({ labels }) => labels['owner'] === 'helm')
  }

  #last(namespace: string, name: string): { readonly revision: number; readonly status: string; readonly stored: Stored } | undefined {
    const [last] = this.#secrets(namespace).filter(({ labels }) => labels['name'] === name).toSorted((one, other) => Number(other.labels['version']) - Number(one.labels['version']))
    if (last === undefined) return undefined
    const stored: Stored = JSON.parse(Buffer.from(last.data, 'base64').toString())
    return { revision: Number(last.labels['version']), status: last.labels['status'] ?? 'unknown', stored }
  }

  #store(namespace: string, name: string, revision: number, status: string, stored: Stored): void {
    const labels = { owner: 'helm', name, status, version: String(revision) }
    const secret = { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: `sh.helm.release.v1.${name}.v${revision}`, namespace, labels }, data: { release: Buffer.from(JSON.stringify(stored)).toString('base64') } }
    this.#api.create('secrets', secret)
  }

  #status(namespace: string, name: string, revision: number, status: string): void {
    this.#api.patch('secrets', `sh.helm.release.v1.${name}.v${revision}`, namespace, 'application/merge-patch+json', { metadata: { labels: { status } } })
  }
}

function releaseIn(secret: object): string {
  const data: unknown = Reflect.get(secret, 'data')
  const release: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'release') : undefined
  return typeof release === 'string' ? release : ''
}

/** `2026-11-21 14:17:46.125 +0000 UTC`, as Go prints a time. */
function goTime(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`
}

interface Flags {
  readonly plain: readonly string[]
  readonly named: Readonly<Record<string, string>>
}

const withValue = new Set(['namespace', 'filter', 'output', 'version', 'values', 'repo', 'timeout', 'kubeconfig', 'kube-context', 'kube-as-user'])
const switches = new Set(['install', 'wait', 'reset-values', 'deployed', 'failed', 'pending', 'superseded', 'uninstalled', 'uninstalling'])

function flagsOf(args: readonly string[]): Flags | string {
  const plain: string[] = []
  const named: Record<string, string> = {}
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const name = arg.slice(2)
    if (!arg.startsWith('--')) plain.push(arg)
    else if (withValue.has(name)) named[name] = args[++at] ?? ''
    else if (!switches.has(name)) return `unknown flag: ${arg}`
  }
  return { plain, named }
}
