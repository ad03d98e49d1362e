/** A release as Helm keeps it: a Secret of type helm.sh/release.v1 for each revision, which the real helm reads as well. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { at, frozenObject, isObject, numberAt, objectAt, textAt } from '../kubernetes/api/json.ts'
import type { Json, JsonObject } from '../kubernetes/api/json.ts'
import { core } from '../kubernetes/operators/cluster-api.ts'
import type { ClusterApi } from '../kubernetes/operators/cluster-api.ts'

export type ReleaseStatus = 'deployed' | 'failed' | 'superseded' | 'pending-install' | 'pending-upgrade' | 'uninstalling' | 'uninstalled'

export interface Release {
  readonly name: string
  readonly namespace: string
  readonly revision: number
  readonly status: ReleaseStatus
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string }
  readonly values: JsonObject
  readonly objects: readonly JsonObject[]
  readonly firstDeployed: string
  readonly lastDeployed: string
  readonly description: string
}

const secretName = ({ name, revision }: Pick<Release, 'name' | 'revision'>): string => `sh.helm.release.v1.${name}.v${revision}`

export async function writeRelease(api: ClusterApi, release: Release): Promise<void> {
  const labels = { name: release.name, owner: 'helm', status: release.status, version: String(release.revision) }
  const data = { release: encoded(release) }
  const metadata = { name: secretName(release), namespace: release.namespace, labels }
  const made = await api.create(core.secrets, { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata, data })
  if (made === undefined) await api.patch(core.secrets, metadata.name, release.namespace, { metadata: { labels }, data })
}

/** Newest revision last. */
export async function releasesOf(api: ClusterApi, namespace: string | undefined, name?: string): Promise<readonly Release[]> {
  const secrets = (await api.list(core.secrets, namespace)).filter((each) => textAt(each, 'type') === 'helm.sh/release.v1' && (name === undefined || textAt(each, 'metadata', 'labels', 'name') === name))
  return secrets.map(decoded).toSorted((a, b) => (a.name === b.name ? a.revision - b.revision : a.name < b.name ? -1 : 1))
}

export async function forget(api: ClusterApi, release: Release): Promise<void> {
  await api.delete(core.secrets, secretName(release), release.namespace)
}

function encoded(release: Release): string {
  const body = {
    name: release.name,
    namespace: release.namespace,
    version: release.revision,
    info: { first_deployed: release.firstDeployed, last_deployed: release.lastDeployed, deleted: '', description: release.description, status: release.status },
    chart: { metadata: { apiVersion: 'v2', name: release.chart.name, version: release.chart.version, appVersion: release.chart.appVersion }, templates: [], values: {}, schema: null, files: [] },
    config: release.values,
    manifest: release.objects.map((each) => `---\n${JSON.stringify(each)}\n`).join(''),
  }
  return Buffer.from(gzipSync(JSON.stringify(body)).toString('base64')).toString('base64')
}

function decoded(secret: JsonObject): Release {
  const packed = Buffer.from(Buffer.from(textAt(secret, 'data', 'release'), 'base64').toString(), 'base64')
  const body = frozenObject(JSON.parse(gunzipSync(packed).toString()))
  const chart = objectAt(body, 'chart', 'metadata')
  return {
    name: textAt(body, 'name'),
    namespace: textAt(body, 'namespace'),
    revision: numberAt(body, 'version') ?? 0,
    status: statusOf(at(body, 'info', 'status')),
    chart: { name: textAt(chart, 'name'), version: textAt(chart, 'version'), appVersion: textAt(chart, 'appVersion') },
    values: objectAt(body, 'config'),
    objects: textAt(body, 'manifest').split(/^---\n/m).filter((each) => each.trim().startsWith('{')).map((each) => parsed(each)),
    firstDeployed: textAt(body, 'info', 'first_deployed'),
    lastDeployed: textAt(body, 'info', 'last_deployed'),
    description: textAt(body, 'info', 'description'),
  }
}

function parsed(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : {}
}

const statuses: readonly ReleaseStatus[] = ['deployed', 'failed', 'superseded', 'pending-install', 'pending-upgrade', 'uninstalling', 'uninstalled']

function statusOf(value: Json | undefined): ReleaseStatus {
  return statuses.find((each) => each === value) ?? 'failed'
}
