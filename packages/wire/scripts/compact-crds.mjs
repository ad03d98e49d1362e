/**
 * Makes src/data/crds and src/data/schemas from what upstream publishes. Run by hand when a pin moves, with a folder that holds
 * rook.yaml, velero.yaml, external-snapshotter.yaml, ceph-csi-operator.yaml and json/<kind>_<version>.json:
 *   node packages/wire/scripts/compact-crds.mjs FOLDER
 * Versions stand below, as upstream's releases name them. The hashes in the index files are those of the files written here.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'

/** `words`: descriptions stay, because these definitions are applied to clusters and `kubectl explain` reads them. */
const sets = {
  rook: { source: 'rook/rook deploy/examples/crds.yaml', version: 'v1.20.6', words: false },
  velero: { source: 'vmware-tanzu/velero config/crd', version: 'v1.18.2', words: false },
  'external-snapshotter': { source: 'kubernetes-csi/external-snapshotter client/config/crd', version: 'v8.6.0', words: true },
  'ceph-csi-operator': { source: 'ceph/ceph-csi-operator config/crd', version: 'read beside rook v1.20.6; the file names no release', words: false },
}
const kinds = {
  'servicemonitor_v1': ['monitoring.coreos.com', 'ServiceMonitor', 'prometheus-operator/prometheus-operator'],
  'podmonitor_v1': ['monitoring.coreos.com', 'PodMonitor', 'prometheus-operator/prometheus-operator'],
  'prometheusrule_v1': ['monitoring.coreos.com', 'PrometheusRule', 'prometheus-operator/prometheus-operator'],
  'gitrepository_v1': ['source.toolkit.fluxcd.io', 'GitRepository', 'fluxcd/source-controller'],
  'helmrepository_v1': ['source.toolkit.fluxcd.io', 'HelmRepository', 'fluxcd/source-controller'],
  'ocirepository_v1': ['source.toolkit.fluxcd.io', 'OCIRepository', 'fluxcd/source-controller'],
  'helmrelease_v2': ['helm.toolkit.fluxcd.io', 'HelmRelease', 'fluxcd/helm-controller'],
  'kustomization_v1': ['kustomize.toolkit.fluxcd.io', 'Kustomization', 'fluxcd/kustomize-controller'],
  'application_v1alpha1': ['argoproj.io', 'Application', 'argoproj/argo-cd'],
  'appproject_v1alpha1': ['argoproj.io', 'AppProject', 'argoproj/argo-cd'],
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: compact-crds.mjs FOLDER')
const target = (name) => new URL(`../src/data/${name}`, import.meta.url)
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

const index = {}
for (const [name, { source, version, words }] of Object.entries(sets)) {
  const documents = parseAllDocuments(readFileSync(`${folder}/${name}.yaml`, 'utf8')).map((each) => each.toJS()).filter((each) => each !== null)
  const text = `[\n${documents.map((each) => JSON.stringify(words ? each : quietDefinition(each))).join(',\n')}\n]\n`
  writeFileSync(target(`crds/${name}.json`), text)
  index[name] = { source, version, descriptions: words, definitions: documents.length, sha256: sha256(text) }
}
writeFileSync(target('crds/index.json'), `${JSON.stringify(index, undefined, 1)}\n`)

const schemas = {}
for (const [file, [group, kind, source]] of Object.entries(kinds)) {
  const text = `${JSON.stringify(quiet(JSON.parse(readFileSync(`${folder}/json/${file}.json`, 'utf8'))))}\n`
  writeFileSync(target(`schemas/${file}.json`), text)
  schemas[file] = { source, group, version: file.split('_')[1], kind, sha256: sha256(text) }
}
writeFileSync(target('schemas/index.json'), `${JSON.stringify(schemas, undefined, 1)}\n`)

function quietDefinition(definition) {
  const versions = definition.spec.versions.map((each) => ({ ...each, schema: { openAPIV3Schema: quiet(each.schema.openAPIV3Schema) } }))
  return { ...definition, spec: { ...definition.spec, versions } }
}

/** Drops descriptions of schemas, never a property that is called `description`. */
function quiet(value, names = false) {
  if (Array.isArray(value)) return value.map((each) => quiet(each))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, inner]) => names || key !== 'description' || typeof inner !== 'string')
  return Object.fromEntries(kept.map(([key, inner]) => [key, quiet(inner, key === 'properties' && !names)]))
}
