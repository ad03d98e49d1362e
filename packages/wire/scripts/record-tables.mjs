// Writes src/data/kubernetes/tables.json: the column definitions that a running kube-apiserver prints for each kind we serve.
// Usage: NODE_EXTRA_CA_CERTS=apiserver.crt node packages/wire/scripts/record-tables.mjs https://127.0.0.1:6443 TOKEN
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [origin, token] = process.argv.slice(2)
if (origin === undefined || token === undefined) {
  process.stderr.write('usage: record-tables.mjs ORIGIN TOKEN\n')
  process.exit(2)
}
const data = fileURLToPath(new URL('../src/data/kubernetes/', import.meta.url))
const resources = JSON.parse(readFileSync(`${data}resources.json`, 'utf8'))
const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const tables = {}
for (const resource of resources.filter(each => each.verbs.includes('list'))) {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`
  const answer = await fetch(`${origin}${root}/${resource.version}/${resource.plural}?limit=1`, { headers: { accept, authorization: `Bearer ${token}` } })
  const table = await answer.json()
  tables[resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`] = table.columnDefinitions
}
const text = `${JSON.stringify(tables)}\n`
writeFileSync(`${data}tables.json`, text)
const manifest = JSON.parse(readFileSync(`${data}manifest.json`, 'utf8'))
manifest.sha256['tables.json'] = createHash('sha256').update(text).digest('hex')
manifest.tables = 'kube-apiserver v1.36.3: the column definitions of its tables'
writeFileSync(`${data}manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
