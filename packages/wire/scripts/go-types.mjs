import { readFileSync } from 'node:fs'

/**
 * The server's internal Go structs, reachable from `roots`: what it prints when it shows the difference between two specs.
 * `{ structs: { PodSpec: [[goName, jsonName, type], …] }, aliases: { DNSPolicy: 'string' } }`; an empty goName embeds the type.
 */
export function goTypes(internalFiles, publishedFiles, roots) {
  const internal = structsOf(internalFiles)
  const published = structsOf(publishedFiles)
  const structs = {}
  const aliases = {}
  const visit = type => {
    const name = type.replace(/^(\*|\[\]|map\[[^\]]*\])+/, '').replace(/^core\.|^api\./, '')
    if (internal.aliases[name] !== undefined && structs[name] === undefined) {
      aliases[name] = internal.aliases[name]
      visit(internal.aliases[name])
    }
    const fields = internal.structs[name]
    if (fields === undefined || structs[name] !== undefined) return
    structs[name] = []
    for (const field of fields) {
      const same = (published.structs[name] ?? []).find(each => each.name === field.name)
      structs[name].push([field.embedded ? '' : field.name, same?.json ?? lowerFirst(field.name), field.type.replace(/core\.|api\./, '')])
      visit(field.type)
    }
  }
  roots.forEach(visit)
  return { structs, aliases }
}

const lowerFirst = name => name[0].toLowerCase() + name.slice(1)

function structsOf(files) {
  const structs = {}
  const aliases = {}
  for (const source of files.map(each => readFileSync(each, 'utf8'))) {
    for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) structs[name] = body.split('\n').flatMap(fieldOf)
    for (const [, name, type] of source.matchAll(/^type (\w+) (\w+|map\[\w+\][\w.]+)$/gm)) aliases[name] = type
  }
  return { structs, aliases }
}

function fieldOf(line) {
  const named = /^\t(\w+)\s+([\w.*[\]]+)(?:\s+`json:"([^",]*)[^`]*`)?/.exec(line)
  if (named !== null && !line.trim().startsWith('//')) return [{ name: named[1], type: named[2], json: named[3], embedded: false }]
  const embedded = /^\t([\w.]+)(?:\s+`[^`]*`)?$/.exec(line)
  return embedded === null ? [] : [{ name: embedded[1].split('.').at(-1), type: embedded[1], json: '', embedded: true }]
}
