/**
 * Charts without a chart repository. Rook's are its own, templates and all, out of its Go module; the others are stand-ins: named, versioned
 * and with the values (and values schema) of the real one, and one template that prints the values that reached it.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { isFields } from './documents.ts'

export interface ShelvedChart {
  readonly name: string
  readonly version: string
  /** Folder of the chart. */
  readonly path: string
  readonly standIn: boolean
}

export interface ChartShelf {
  /** Throws when there is no chart of this name and version: the pin and the shelf have to agree. */
  find(name: string, version: string): ShelvedChart
  readonly all: readonly ShelvedChart[]
}

/** The one thing that a stand-in prints. */
export const standInTemplate = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
  namespace: {{ .Release.Namespace }}
data:
  values: {{ .Values | toJson | quote }}
`

/** `rook`: a folder with the published module; `standIns`: folders with Chart.yaml and values.yaml; `shelf`: empty, ours. */
export async function chartShelf({ rook, rookVersion, standIns, shelf }: { readonly rook: string; readonly rookVersion: string; readonly standIns: string; readonly shelf: string }): Promise<ChartShelf> {
  const own = ['rook-ceph', 'rook-ceph-cluster'].map((name) => rookChart(rook, rookVersion, name, shelf))
  const others = (await readdir(standIns, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => standIn(join(standIns, name), shelf))
  const all = await Promise.all([...own, ...others])
  return { all, find: (name, version) => findIn(all, name, version) }
}

function findIn(all: readonly ShelvedChart[], name: string, version: string): ShelvedChart {
  const found = all.find((chart) => chart.name === name && chart.version === version)
  if (found !== undefined) return found
  throw new Error(`no chart ${name} ${version} is on the shelf; there are ${all.map((chart) => `${chart.name} ${chart.version}`).join(', ')}`)
}

/** As Rook's release packages it: its version, its library inside. The chart that it depends on has no published module; an empty one stands in. */
async function rookChart(rook: string, version: string, name: string, shelf: string): Promise<ShelvedChart> {
  const path = join(shelf, `${name}-${version}`, name)
  const charts = join(rook, 'deploy/charts')
  await cp(join(charts, name), path, { recursive: true })
  await cp(join(charts, 'library'), join(path, 'charts/library'), { recursive: true })
  const metadata = await readChart(path)
  await writeFile(join(path, 'Chart.yaml'), stringify({ ...metadata, version, appVersion: version }))
  await emptyDependencies(path, metadata)
  return { name, version, path, standIn: false }
}

async function emptyDependencies(path: string, { dependencies }: Readonly<Record<string, unknown>>): Promise<void> {
  for (const dependency of Array.isArray(dependencies) ? dependencies.filter(isFields) : []) {
    const { name, version, repository } = dependency
    if (String(repository).startsWith('file:')) continue
    const folder = join(path, 'charts', String(name))
    await mkdir(join(folder, 'templates'), { recursive: true })
    await writeFile(join(folder, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version }))
  }
}

async function standIn(from: string, shelf: string): Promise<ShelvedChart> {
  const { name, version } = await readChart(from)
  if (typeof name !== 'string' || typeof version !== 'string') throw new Error(`${from}/Chart.yaml names no chart and version`)
  const path = join(shelf, `${name}-${version}`, name)
  await cp(from, path, { recursive: true })
  await mkdir(join(path, 'templates'))
  await writeFile(join(path, 'templates/values.yaml'), standInTemplate)
  return { name, version, path, standIn: true }
}

async function readChart(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = parse(await readFile(join(folder, 'Chart.yaml'), 'utf8'))
  if (isFields(value)) return value
  throw new Error(`${folder}/Chart.yaml holds no fields`)
}
