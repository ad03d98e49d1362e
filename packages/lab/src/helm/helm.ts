/**
 * The program `helm` of the lab: `upgrade --install`, `list`, `get values`, `get manifest`, `uninstall`, `version`, with Helm 4's words and exit
 * codes. Charts are those of `known-charts.ts`; there is no registry. Releases are kept as the real helm keeps them.
 */
import type { Clock, Files, ProgramResult, ProgramRun } from '@stowage/effects'
import { parse as parseYaml } from 'yaml'
import { frozenObject, isObject } from '../kubernetes/api/json.ts'
import type { Json, JsonObject } from '../kubernetes/api/json.ts'
import { core } from '../kubernetes/operators/cluster-api.ts'
import type { ClusterApi } from '../kubernetes/operators/cluster-api.ts'
import { nameOf, namespaceOf } from '../kubernetes/operators/objects.ts'
import { parseDuration } from '../kubernetes/operators/velero/duration.ts'
import { HelmError, parseCall } from './arguments.ts'
import type { HelmCall } from './arguments.ts'
import type { LabChart } from './chart.ts'
import { putObjects, waitFor } from './install.ts'
import { kindOf } from './kinds.ts'
import { knownCharts } from './known-charts.ts'
import { forget, releasesOf, writeRelease } from './release.ts'
import type { Release } from './release.ts'

export interface HelmOptions {
  readonly api: ClusterApi
  readonly clock: Clock
  /** Where `--values` are read. */
  readonly files: Pick<Files, 'read'>
  /** Default: `knownCharts`. */
  readonly charts?: readonly LabChart[]
  /** False where nothing runs workloads (an API server alone): `--wait` then waits for definitions only. Default true. */
  readonly runsWorkloads?: boolean
}

type Command = (options: HelmOptions, call: HelmCall) => Promise<string>

/** For a table of virtual programs: `{ helm: createHelm(…) }`. */
export function createHelm(options: HelmOptions): (run: Pick<ProgramRun, 'args'>) => Promise<ProgramResult> {
  return async ({ args }) => {
    try {
      const call = parseCall(args)
      const name = Object.keys(commands).find((each) => each === call.words.slice(0, each.split(' ').length).join(' '))
      const command = name === undefined ? undefined : commands[name]
      if (command === undefined) throw new HelmError(`unknown command ${JSON.stringify(call.words[0] ?? '')} for "helm"`)
      return { exitCode: 0, signal: null, stdout: await command(options, { ...call, words: call.words.slice((name ?? '').split(' ').length) }), stderr: '' }
    } catch (error) {
      return { exitCode: 1, signal: null, stdout: '', stderr: `Error: ${error instanceof Error ? error.message : String(error)}\n` }
    }
  }
}

const commands: Readonly<Record<string, Command>> = {
  version: async () => 'v4.3.1\n',
  list,
  'get values': getValues,
  'get manifest': async (options, call) => (await deployed(options, call)).objects.map((each) => `---\n${JSON.stringify(each)}\n`).join(''),
  upgrade,
  uninstall,
}

const namespaceOfCall = (call: HelmCall): string => call.flag('namespace') ?? 'default'

async function list({ api }: HelmOptions, call: HelmCall): Promise<string> {
  const all = await releasesOf(api, call.flag('all-namespaces') === undefined ? namespaceOfCall(call) : undefined)
  const newest = all.filter((each) => !all.some((other) => other.name === each.name && other.namespace === each.namespace && other.revision > each.revision))
  const filter = new RegExp(call.flag('filter') ?? '')
  const rows = newest.filter(({ name, status }) => filter.test(name) && isAsked(call, status)).map((each) => ({
    name: each.name, namespace: each.namespace, revision: String(each.revision), updated: `${each.lastDeployed.slice(0, 19).replace('T', ' ')} +0000 UTC`, status: each.status, chart: `${each.chart.name}-${each.chart.version}`, app_version: each.chart.appVersion,
  }))
  if (call.flag('output') === 'json') return `${JSON.stringify(rows)}\n`
  return ['NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION', ...rows.map((each) => Object.values(each).join('\t'))].map((each) => `${each}\n`).join('')
}

/** Without any of these words: what is deployed or failed. */
function isAsked(call: HelmCall, status: string): boolean {
  const words = ['deployed', 'failed', 'pending', 'superseded', 'uninstalled', 'uninstalling']
  const asked = words.filter((each) => call.flag(each) !== undefined)
  return asked.length === 0 ? ['deployed', 'failed'].includes(status) : asked.some((each) => status === each || status.startsWith(`${each}-`))
}

async function deployed({ api }: HelmOptions, call: HelmCall): Promise<Release> {
  const found = (await releasesOf(api, namespaceOfCall(call), call.words[0] ?? '')).at(-1)
  if (found === undefined) throw new HelmError('release: not found')
  return found
}

async function getValues(options: HelmOptions, call: HelmCall): Promise<string> {
  const { values } = await deployed(options, call)
  const given = Object.keys(values).length === 0 ? null : values
  return call.flag('output') === 'json' ? `${JSON.stringify(given)}\n` : `USER-SUPPLIED VALUES:\n${JSON.stringify(given)}\n`
}

async function upgrade(options: HelmOptions, call: HelmCall): Promise<string> {
  const [name = '', reference = ''] = call.words
  const namespace = namespaceOfCall(call)
  const { chart, version } = locate(options, call, reference)
  const values = await valuesOf(options, call)
  const past = await releasesOf(options.api, namespace, name)
  const last = past.at(-1)
  if (last === undefined && call.flag('install') === undefined) throw new HelmError(`UPGRADE FAILED: ${JSON.stringify(name)} has no deployed releases`)
  if (last?.status.startsWith('pending-') === true) throw new HelmError('UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress')
  await ensureNamespace(options, call, namespace)
  const rendered = chart.render({ name, namespace, version, values })
  const now = new Date(options.clock.now()).toISOString()
  const release: Release = {
    name, namespace, values, revision: (last?.revision ?? 0) + 1, status: last === undefined ? 'pending-install' : 'pending-upgrade',
    chart: { name: chart.name, version, appVersion: chart.appVersion(version) }, objects: rendered.objects, firstDeployed: last?.firstDeployed ?? now, lastDeployed: now, description: last === undefined ? 'Initial install underway' : 'Preparing upgrade',
  }
  await writeRelease(options.api, release)
  try {
    await putObjects(options.api, options.clock, { name, namespace }, rendered, last?.objects ?? [])
    if (call.flag('wait') !== undefined) await waitFor(options.api, options.clock, waitedFor(options, rendered.objects), parseDuration(call.flag('timeout') ?? '5m0s') ?? 300_000)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await writeRelease(options.api, { ...release, status: 'failed', description: `${last === undefined ? 'Release' : 'Upgrade'} ${JSON.stringify(name)} failed: ${why}` })
    throw last === undefined ? error : new HelmError(`UPGRADE FAILED: ${why}`)
  }
  for (const each of past) if (each.status === 'deployed') await writeRelease(options.api, { ...each, status: 'superseded' })
  await writeRelease(options.api, { ...release, status: 'deployed', description: last === undefined ? 'Install complete' : 'Upgrade complete' })
  const first = last === undefined ? `Release ${JSON.stringify(name)} does not exist. Installing it now.\n` : `Release ${JSON.stringify(name)} has been upgraded. Happy Helming!\n`
  return `${first}NAME: ${name}\nNAMESPACE: ${namespace}\nSTATUS: deployed\nREVISION: ${release.revision}\n`
}

function waitedFor({ runsWorkloads = true }: HelmOptions, objects: readonly JsonObject[]): readonly JsonObject[] {
  return runsWorkloads ? objects : objects.filter((each) => !['Deployment', 'DaemonSet'].includes(String(each['kind'])))
}

interface Located {
  readonly chart: LabChart
  readonly version: string
}

/** By the chart's name, from whatever repository: a mirror holds the same charts. */
function locate({ charts = knownCharts }: HelmOptions, call: HelmCall, reference: string): Located {
  const version = call.flag('version') ?? ''
  const repository = call.flag('repo')
  const isRegistry = reference.startsWith('oci://')
  const name = reference.replace(/\/$/, '').split('/').at(-1) ?? ''
  const chart = isRegistry || repository !== undefined ? charts.find((each) => each.name === name) : undefined
  if (chart !== undefined && version !== '') return { chart, version }
  if (isRegistry) throw new HelmError(`failed to perform "FetchReference" on source: ${reference.slice('oci://'.length)}:${version || 'latest'}: not found`)
  if (repository === undefined) throw new HelmError(`path ${JSON.stringify(reference)} not found`)
  if (chart !== undefined) throw new HelmError(`the lab has no index of ${repository} to take the newest ${name} from; give --version`)
  throw new HelmError(`chart ${JSON.stringify(name)}${version === '' ? '' : ` version ${JSON.stringify(version)}`} not found in ${repository} repository`)
}

/** Later files win over earlier ones, maps are merged. */
async function valuesOf({ files }: HelmOptions, call: HelmCall): Promise<JsonObject> {
  let values: JsonObject = {}
  for (const path of call.all('values')) {
    const parsed: unknown = parseYaml(new TextDecoder().decode(await files.read(path)))
    if (parsed !== null && !isObject(parsed)) throw new HelmError(`failed to parse ${path}: error unmarshaling JSON: cannot unmarshal into Go value of type map[string]interface {}`)
    values = merged(values, frozenObject(parsed ?? {}))
  }
  return values
}

function merged(base: JsonObject, over: JsonObject): JsonObject {
  const out: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = out[key]
    out[key] = isObject(before) && isObject(value) ? merged(before, value) : value
  }
  return out
}

async function ensureNamespace({ api }: HelmOptions, call: HelmCall, namespace: string): Promise<void> {
  if ((await api.get(core.namespaces, namespace)) !== undefined) return
  if (call.flag('create-namespace') === undefined) throw new HelmError(`create: failed to create: namespaces ${JSON.stringify(namespace)} not found`)
  await api.create(core.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
}

/** Definitions stay: Helm keeps what a chart has in `crds/`, and Rook's chart asks it to keep its own. */
async function uninstall({ api, clock }: HelmOptions, call: HelmCall): Promise<string> {
  const [name = ''] = call.words
  const namespace = namespaceOfCall(call)
  const all = await releasesOf(api, namespace, name)
  const last = all.at(-1)
  if (last === undefined) throw new HelmError(`uninstall: Release not loaded: ${name}: release: not found`)
  const own = last.objects.filter((each) => each['kind'] !== 'CustomResourceDefinition').toReversed()
  for (const each of own) await api.delete(kindOf(each), nameOf(each), namespaceOf(each) || undefined)
  if (call.flag('wait') !== undefined) await gone(api, clock, own, parseDuration(call.flag('timeout') ?? '5m0s') ?? 300_000)
  for (const each of all) await forget(api, each)
  return `release ${JSON.stringify(name)} uninstalled\n`
}

async function gone(api: ClusterApi, clock: Clock, objects: readonly JsonObject[], timeoutMs: number): Promise<void> {
  const end = clock.monotonic() + timeoutMs
  for (const each of objects) {
    while ((await api.get(kindOf(each), nameOf(each), namespaceOf(each) || undefined)) !== undefined) {
      if (clock.monotonic() >= end) throw new HelmError(`uninstallation completed with 1 error(s): context deadline exceeded: ${String(each['kind'])}/${nameOf(each)} is still there`)
      await clock.sleep(1_000)
    }
  }
}
