/**
 * Makes src/data/charts from the folders of pinned charts: the keys that each chart's values may have, those that stand there
 * commented out and those of its schema included. Run by hand when a pin moves, with a folder that holds one folder for each chart:
 *   node packages/wire/scripts/chart-values.mjs FOLDER
 * A tree: a map holds the keys that are known, "*" stands for anything (maps that are handed on as they are), "." for a plain value,
 * {"[]": …} for the items of a list.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Versions as upstream's releases name them; where a chart's folder holds a Chart.yaml, it must say the same. */
const charts = {
  'rook-ceph': { source: 'https://charts.rook.io/release', version: 'v1.20.6' },
  'ceph-csi-drivers': { source: 'https://ceph.github.io/ceph-csi-operator', version: '1.0.4' },
  'rook-ceph-cluster': { source: 'https://charts.rook.io/release', version: 'v1.20.6' },
  velero: { source: 'https://vmware-tanzu.github.io/helm-charts', version: '12.1.0' },
  'csi-driver-nfs': { source: 'https://kubernetes-csi.github.io/csi-driver-nfs', version: '4.13.4' },
  'proxmox-csi-plugin': { source: 'oci://ghcr.io/sergelogvinov/charts/proxmox-csi-plugin', version: '0.5.9' },
}

/** Handed on to Kubernetes or to an operator as they are, whatever stands in them by default. */
const handedOn = /^(?:labels|annotations|\w*Labels|\w*Annotations|nodeSelector|affinity|\w*Affinity|tolerations|\w*Tolerations|topologySpreadConstraints|resources|\w*Resources|\w*[sS]ecurityContext|\w*Probe|strategy|updateStrategy|env|extraEnvVars|parameters|placement|cleanupPolicy|cephClusterSpec|spec|controllerExtraEnv|globalConfig|global)$/
/** Words of prose that look like keys. */
const prose = /^(?:ref|refs|e\.g\.?|eg|example|examples|note|see|default|defaults|warning|important|https?|i\.e|tip|todo|optional|required|values|options|usage|deprecated)$/i

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: chart-values.mjs FOLDER')
const target = (name) => new URL(`../src/data/charts/${name}.json`, import.meta.url)
const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

function treeOf(value) {
  if (value === null || value === undefined) return '*'
  if (Array.isArray(value)) return value.some(isMap) ? { '[]': value.filter(isMap).map(treeOf).reduce(united) } : '*'
  if (!isMap(value)) return '.'
  if (Object.keys(value).length === 0) return '*'
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, handedOn.test(key) ? '*' : treeOf(inner)]))
}

/** Both; where either takes anything, so does the whole. */
function united(a, b) {
  if (a === undefined || b === undefined) return a ?? b
  if (a === '*' || b === '*') return '*'
  if (!isMap(a) || !isMap(b)) return isMap(a) ? a : b
  return Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, united(a[key], b[key])]))
}

/** Keys that only the schema knows. What the values say of a key is nearer to the templates. */
function filled(tree, schema) {
  if (tree === undefined || schema === undefined || !isMap(tree) || !isMap(schema)) return tree ?? schema
  return Object.fromEntries([...new Set([...Object.keys(tree), ...Object.keys(schema)])].map((key) => [key, filled(tree[key], schema[key])]))
}

function schemaTree(schema) {
  if (schema.type !== 'object') return schema.type === 'array' || schema.type === undefined || Array.isArray(schema.type) ? '*' : '.'
  const entries = Object.entries(schema.properties ?? {})
  return entries.length === 0 ? '*' : Object.fromEntries(entries.map(([key, inner]) => [key, handedOn.test(key) ? '*' : schemaTree(inner)]))
}

/** Keys in comments, under the key in whose indentation they would stand. */
function commentedKeys(text) {
  const found = []
  const open = []
  for (const line of text.split('\n')) {
    const match = /^(\s*)(#\s*)?(?:(- )\s*)?([A-Za-z_][\w./-]*):(?:\s|$)/.exec(line)
    if (match === null) continue
    const [, space, hash, dash, key] = match
    if (hash !== undefined && (prose.test(key) || !/^[a-z]/.test(key))) continue
    const indent = space.length + (hash === undefined ? 0 : Math.max(0, hash.length - 2)) + (dash === undefined ? 0 : 2)
    while (open.length > 0 && open.at(-1).indent >= indent) open.pop()
    const path = [...open.map((one) => one.key)]
    if (hash !== undefined) found.push({ path, key, item: dash !== undefined })
    open.push({ indent, key })
  }
  return found
}

/** Puts a commented key into the tree where its parent is a map that is known; elsewhere anything may stand already. */
function withComment(tree, { path, key }) {
  let place = tree
  for (const part of path) {
    const inner = isMap(place) ? (place[part] ?? place['[]']?.[part]) : undefined
    if (inner === undefined) return
    place = inner
  }
  const list = isMap(place) ? place['[]'] : undefined
  const into = isMap(list) ? list : place
  if (isMap(into) && into[key] === undefined) into[key] = '*'
}

const index = {}
for (const [chart, { source, version }] of Object.entries(charts)) {
  const read = (name) => readFileSync(`${folder}/${chart}/${name}`, 'utf8')
  const named = existsSync(`${folder}/${chart}/Chart.yaml`) ? parse(read('Chart.yaml')).version : version
  if (String(named).replace(/^v/, '') !== version.replace(/^v/, '')) throw new Error(`${chart}: the folder holds ${named}, not ${version}`)
  const texts = readdirSync(`${folder}/${chart}`).filter((name) => /^values.*\.yaml$/.test(name)).map(read)
  const tree = texts.map((text) => treeOf(parse(text))).reduce(united)
  for (const text of texts) for (const comment of commentedKeys(text)) withComment(tree, comment)
  const schema = existsSync(`${folder}/${chart}/values.schema.json`) ? schemaTree(JSON.parse(read('values.schema.json'))) : undefined
  const text = `${JSON.stringify({ global: '*', ...known(filled(tree, schema)) })}\n`
  writeFileSync(target(chart), text)
  index[chart] = { source, version, sha256: createHash('sha256').update(text).digest('hex') }
}
writeFileSync(target('index'), `${JSON.stringify(index, undefined, 1)}\n`)

function known(tree) {
  if (!isMap(tree)) throw new Error('values that are no map')
  return tree
}
