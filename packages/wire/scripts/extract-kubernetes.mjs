// Writes src/data/kubernetes/ from a checkout of k8s.io/kubernetes (its api/ folder), k8s.io/api and k8s.io/apimachinery (their Go types).
// GO_ROOT holds the modules under their import paths (k8s.io/api, k8s.io/apimachinery, k8s.io/apiextensions-apiserver), for their .proto files.
// Usage: node packages/wire/scripts/extract-kubernetes.mjs KUBERNETES_MODULE API_MODULE APIMACHINERY_MODULE GO_ROOT
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { goFields } from './go-fields.mjs'
import { goTypes } from './go-types.mjs'
import { protobufMessages } from './kubernetes-protobuf.mjs'

const [kubernetes, goApi, goMeta, goRoot] = process.argv.slice(2)
if (kubernetes === undefined || goApi === undefined || goMeta === undefined || goRoot === undefined) {
  process.stderr.write('usage: extract-kubernetes.mjs KUBERNETES_MODULE API_MODULE APIMACHINERY_MODULE GO_ROOT\n')
  process.exit(2)
}

const served = {
  'v1': ['Namespace', 'Node', 'Pod', 'PersistentVolumeClaim', 'PersistentVolume', 'Service', 'Secret', 'ConfigMap', 'ServiceAccount', 'Event', 'Endpoints', 'ResourceQuota', 'LimitRange'],
  'apps/v1': ['StatefulSet', 'Deployment', 'ReplicaSet', 'DaemonSet', 'ControllerRevision'],
  'storage.k8s.io/v1': ['StorageClass', 'VolumeAttachment', 'CSIDriver', 'CSINode', 'CSIStorageCapacity', 'VolumeAttributesClass'],
  'coordination.k8s.io/v1': ['Lease'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  'events.k8s.io/v1': ['Event'],
  'batch/v1': ['Job', 'CronJob'],
  'policy/v1': ['PodDisruptionBudget'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'authorization.k8s.io/v1': ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'],
  'authentication.k8s.io/v1': ['SelfSubjectReview'],
}
const subresources = {
  pods: ['status', 'binding', 'eviction', 'log', 'exec', 'ephemeralcontainers', 'resize'],
  namespaces: ['status', 'finalize'],
}
const alwaysServed = ['status', 'scale']
const extraSchemas = ['autoscaling/v1 Scale', 'policy/v1 Eviction', 'v1 Binding']

const readJson = path => JSON.parse(readFileSync(`${kubernetes}/api/${path}`, 'utf8'))
const outDir = fileURLToPath(new URL('../src/data/kubernetes/', import.meta.url))
mkdirSync(outDir, { recursive: true })

/** One row for each resource; subresources named after their parent. Order: as the real server's discovery. */
function resources() {
  const rows = []
  for (const [groupVersion, kinds] of Object.entries(served)) {
    const [version, group] = groupVersion.split('/').toReversed()
    const listed = readJson(`discovery/${group === undefined ? 'api__v1' : `apis__${group}__${version}`}.json`).resources
    const parents = listed.filter(each => !each.name.includes('/') && kinds.includes(each.kind))
    for (const parent of parents) rows.push(resourceRow(parent, group ?? '', version, listed))
  }
  return rows
}

function resourceRow(parent, group, version, listed) {
  const kept = listed
    .filter(each => each.name.startsWith(`${parent.name}/`))
    .map(each => ({ ...each, name: each.name.slice(parent.name.length + 1) }))
    .filter(each => alwaysServed.includes(each.name) || (subresources[parent.name] ?? []).includes(each.name))
  return {
    group,
    version,
    kind: parent.kind,
    plural: parent.name,
    singular: parent.singularName,
    namespaced: parent.namespaced,
    shortNames: parent.shortNames ?? [],
    categories: parent.categories ?? [],
    verbs: parent.verbs,
    storageVersionHash: parent.storageVersionHash,
    subresources: kept.map(each => ({ name: each.name, group: each.group ?? group, version: each.version ?? version, kind: each.kind, verbs: each.verbs })),
  }
}

/** Schemas by definition name, without descriptions, with `x-go` where Go's JSON keeps or drops a zero value. */
function schemas(rows) {
  const all = {}
  const documents = ['v1', ...Object.keys(served).slice(1), 'autoscaling/v1']
  for (const groupVersion of documents) {
    const file = groupVersion === 'v1' ? 'api__v1' : `apis__${groupVersion.replace('/', '__')}`
    Object.assign(all, readJson(`openapi-spec/v3/${file}_openapi.json`).components.schemas)
  }
  const wanted = new Set()
  const visit = name => {
    if (wanted.has(name) || all[name] === undefined) return
    wanted.add(name)
    for (const match of JSON.stringify(all[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) visit(match[1])
  }
  for (const [name, schema] of Object.entries(all)) if (isRoot(schema, rows)) visit(name)
  const fields = goFields(goApi, goMeta, `${goRoot}/k8s.io/apiextensions-apiserver`)
  return Object.fromEntries([...wanted].toSorted().map(name => [name, withGo(stripped(all[name]), fields[name])]))
}

function isRoot(schema, rows) {
  const own = rows.flatMap(row => [`${row.group}/${row.version} ${row.kind}`, `${row.group}/${row.version} ${row.kind}List`])
  const extra = extraSchemas.map(each => (each.includes('/') ? each : `/${each}`))
  const meta = ['/v1 Status', '/v1 DeleteOptions', '/v1 WatchEvent']
  return (schema['x-kubernetes-group-version-kind'] ?? []).some(gvk =>
    [...own, ...extra, ...meta].includes(`${gvk.group}/${gvk.version} ${gvk.kind}`))
}

function stripped(value) {
  if (Array.isArray(value)) return value.map(stripped)
  if (value === null || typeof value !== 'object') return value
  const out = {}
  for (const [key, child] of Object.entries(value)) {
    if (key === 'description' && typeof child === 'string') continue
    out[key] = key === 'properties' ? Object.fromEntries(Object.entries(child).map(([k, v]) => [k, stripped(v)])) : stripped(child)
  }
  return out
}

function withGo(schema, fields) {
  if (fields === undefined || schema.properties === undefined) return schema
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const go = fields[name]
    return [name, go === undefined ? property : { ...property, 'x-go': go }]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

const rows = resources()
const published = schemas(rows)
const files = {
  'resources.json': rows,
  'protobuf.json': protobufMessages(goRoot, rows, published),
  'schemas.json': published,
  'go-types.json': goTypes(
    [`${kubernetes}/pkg/apis/core/types.go`, `${kubernetes}/pkg/apis/storage/types.go`],
    [`${goApi}/core/v1/types.go`, `${goApi}/storage/v1/types.go`],
    ['PersistentVolumeClaimSpec', 'PersistentVolumeSource', 'PodSpec', 'VolumeAttachmentSpec', 'CSINodeDriver', 'VolumeNodeAffinity'],
  ),
}
const before = existsSync(`${outDir}manifest.json`) ? JSON.parse(readFileSync(`${outDir}manifest.json`, 'utf8')) : { sha256: {} }
const manifest = { ...before, source: 'Kubernetes v1.36.3: api/discovery, api/openapi-spec/v3, and the Go types of k8s.io/api and k8s.io/apimachinery v0.36.3', sha256: before.sha256 }
for (const [name, content] of Object.entries(files)) {
  const text = `${JSON.stringify(content)}\n`
  manifest.sha256[name] = createHash('sha256').update(text).digest('hex')
  writeFileSync(outDir + name, text)
  process.stdout.write(`${name} ${text.length}\n`)
}
writeFileSync(`${outDir}manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
