/** The program helm, as far as an apply needs it. Values go in a private file, never in arguments. */
import { StorageError } from '@stowage/core'
import { ProgramFailure } from '@stowage/effects'
import type { Files, ProgramResult, Programs, Random } from '@stowage/effects'
import type { HelmRelease } from '@stowage/module'
import * as z from 'zod'

export interface HelmAccess {
  readonly programs: Programs
  readonly files: Files
  readonly random: Random
  /** An existing directory; values are written below it, in a directory that only this user can read, and removed again. */
  readonly directory: string
  /** What leads helm to the cluster: `--kubeconfig`, `--kube-context`, `--kube-as-user`. */
  readonly cluster?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A release as the cluster holds it. */
export interface InstalledRelease {
  /** deployed, failed, uninstalled, uninstalling, pending-install, pending-upgrade, pending-rollback, superseded, unknown. */
  readonly status: string
  readonly revision: number
  /** Name and version in one, as helm lists it: `rook-ceph-v1.20.6`. */
  readonly chart: string
  /** Milliseconds since the epoch; undefined when helm's time cannot be read. */
  readonly updatedMs?: number
  /** What was given at the installation, without the chart's own defaults. */
  readonly values: Readonly<Record<string, unknown>>
}

const listed = z.array(z.object({ name: z.string(), namespace: z.string(), revision: z.coerce.number(), updated: z.string(), status: z.string(), chart: z.string() }))
const given = z.record(z.string(), z.unknown()).nullable()

/** Every status, with words that Helm 3 and 4 share (`--all` is Helm 3's only). */
const anyStatus = ['--deployed', '--failed', '--pending', '--superseded', '--uninstalled', '--uninstalling']
const shortMs = 60_000

export class Helm {
  readonly #access: HelmAccess

  constructor(access: HelmAccess) {
    this.#access = access
  }

  /** `v3.19.0`; undefined when there is no helm. */
  async version(signal: AbortSignal): Promise<string | undefined> {
    try {
      const { stdout } = await this.#run(['version', '--short'], 'ask helm for its version', shortMs, signal)
      return /v\d+\.\d+\.\d+[^+\s]*/.exec(stdout)?.[0] ?? stdout.trim()
    } catch (error) {
      if (error instanceof ProgramFailure && error.reason === 'missing') return undefined
      throw error
    }
  }

  async find({ namespace, name }: Pick<HelmRelease, 'namespace' | 'name'>, signal: AbortSignal): Promise<InstalledRelease | undefined> {
    const what = `read release ${namespace}/${name}`
    const { stdout } = await this.#run(['list', '--namespace', namespace, '--filter', `^${name.replaceAll('.', String.raw`\.`)}$`, ...anyStatus, '--output', 'json'], what, shortMs, signal, true)
    const found = parsed(listed, stdout, what).find((each) => each.name === name && each.namespace === namespace)
    if (found === undefined) return undefined
    const answer = await this.#run(['get', 'values', name, '--namespace', namespace, '--output', 'json'], what, shortMs, signal, true)
    const updatedMs = timeOf(found.updated)
    return { status: found.status, revision: found.revision, chart: found.chart, ...(updatedMs !== undefined && { updatedMs }), values: parsed(given, answer.stdout, what) ?? {} }
  }

  /** Installs or upgrades to exactly these values, and waits until what the chart makes is ready. */
  async upgrade(release: HelmRelease, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { files, random, directory } = this.#access
    const own = `${directory}/stowage-helm-${random.suffix(10)}`
    await files.makeDirectory(own, 0o700)
    try {
      const values = `${own}/values.json`
      await files.writeAtomic(values, JSON.stringify(release.values), 0o600)
      await this.#run(upgradeArguments(release, values, timeoutMs), `install release ${release.namespace}/${release.name} (${release.chart.name} ${release.chart.version})`, timeoutMs + shortMs, signal, true)
    } finally {
      await files.removeTree(own)
    }
  }

  async uninstall({ namespace, name }: Pick<HelmRelease, 'namespace' | 'name'>, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#run(['uninstall', name, '--namespace', namespace, '--wait', '--timeout', seconds(timeoutMs)], `uninstall release ${namespace}/${name}`, timeoutMs + shortMs, signal, true)
  }

  async #run(args: readonly string[], what: string, timeoutMs: number, signal: AbortSignal, inCluster = false): Promise<ProgramResult> {
    const { programs, cluster = [], env } = this.#access
    const result = await programs.run({ program: 'helm', args: inCluster ? [...args, ...cluster] : args, ...(env !== undefined && { env }), timeoutMs, signal })
    if (result.exitCode === 0) return result
    const said = result.stderr.trim().split('\n').filter((line) => !line.startsWith('WARNING')).slice(-5).join('; ').slice(0, 800)
    throw new StorageError('unavailable', `cannot ${what}: helm ${result.exitCode === null ? `was ended by ${result.signal ?? 'a signal'}` : `ended with ${result.exitCode}`}: ${said === '' ? 'it said nothing' : said}`, { details: { exitCode: result.exitCode } })
  }
}

/** `--reset-values`: without it an upgrade to no values at all would keep the old ones (helm, action/upgrade.go, reuseValues). */
export function upgradeArguments({ name, namespace, chart }: HelmRelease, values: string, timeoutMs: number): readonly string[] {
  const source = chart.repository.startsWith('oci://') ? [`${chart.repository.replace(/\/$/, '')}/${chart.name}`] : [chart.name, '--repo', chart.repository]
  return ['upgrade', '--install', name, ...source, '--namespace', namespace, '--version', chart.version, '--values', values, '--reset-values', '--wait', '--timeout', seconds(timeoutMs)]
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`
}

function parsed<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text.trim() === '' ? 'null' : text))
  } catch {
    // Neither the answer nor what the parser says of it: both may quote values, and those may be somebody's secrets.
    throw new StorageError('internal', `cannot ${what}: helm gave an answer of ${text.length} characters that is not the JSON it was asked for; look what it is with the same helm: helm list, helm get values`)
  }
}

/** `2026-11-21 14:17:46.125134977 +0000 UTC`. */
function timeOf(updated: string): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d)/.exec(updated)
  const ms = Date.parse(found === null ? updated : `${found[1]}T${found[2]}${found[3]}:${found[4]}`)
  return Number.isNaN(ms) ? undefined : ms
}
