import { existsSync, readFileSync, readdirSync } from 'node:fs'

/**
 * What Go's JSON does with each field of the API types: `{ 'io.k8s.api.core.v1.Pod': { spec: 'omitempty' … } }`.
 * Values: `pointer` (an explicit zero is kept, absence is dropped), `omit` (a zero value is dropped), `keep` (always written), `null` (written as null when absent).
 */
export function goFields(apiModule, metaModule, extensionsModule) {
  const out = {}
  readFile(`${extensionsModule}/pkg/apis/apiextensions/v1/types.go`, 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.', out)
  readFile(`${metaModule}/pkg/apis/meta/v1/types.go`, 'io.k8s.apimachinery.pkg.apis.meta.v1.', out)
  for (const group of readdirSync(apiModule, { withFileTypes: true })) {
    if (!group.isDirectory()) continue
    for (const version of readdirSync(`${apiModule}/${group.name}`)) readPackage(apiModule, group.name, version, out)
  }
  return out
}

function readPackage(apiModule, group, version, out) {
  readFile(`${apiModule}/${group}/${version}/types.go`, `io.k8s.api.${group}.${version}.`, out)
}

function readFile(file, prefix, out) {
  if (!existsSync(file)) return
  const source = readFileSync(file, 'utf8')
  for (const match of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    out[`${prefix}${match[1]}`] = { structFields: match[2] }
  }
  for (const [name, value] of Object.entries(out)) {
    if (name.startsWith(prefix) && 'structFields' in value) out[name] = fieldsOf(value.structFields, source)
  }
}

function fieldsOf(body, source) {
  const fields = {}
  for (const line of body.split('\n')) {
    const embedded = /^\t(\w+)\s+`json:",inline"/.exec(line)
    const inlined = embedded && new RegExp(`^type ${embedded[1]} struct \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source)
    if (inlined) Object.assign(fields, fieldsOf(inlined[1], source))
    const field = /^\t\w+\s+(\S+)\s+`json:"([\w$]+)((?:,\w+)*)"/.exec(line)
    if (field) fields[field[2]] = fate(field[1], field[3] ?? '', source)
  }
  return fields
}

const scalar = /^(string|bool|u?int\d*|float\d*)$/

function fate(type, options, source) {
  if (type.startsWith('*')) return options.includes('omit') ? 'pointer' : 'null'
  if (options.includes('omitzero')) return 'omit'
  if (!options.includes('omitempty')) return 'keep'
  const alias = new RegExp(`^type ${type} (\\S+)$`, 'm').exec(source)
  const isStruct = !scalar.test(type) && !type.startsWith('[]') && !type.startsWith('map[') && alias === null && !/^(v1\.)?(UID|NodeName)$|types\./.test(type)
  if (isStruct && type.endsWith('ResourceList')) return 'omit'
  return isStruct ? 'keep' : 'omit'
}
