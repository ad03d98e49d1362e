/** Holds the import table of the design: who may import whom, no cycle, and nobody but `effects/src/real` touches the ambient world. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../..', import.meta.url))

const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  effects: ['core'],
  wire: ['core'],
  proxmox: ['core', 'effects', 'wire'],
  kubernetes: ['core', 'effects', 'wire'],
  host: ['core', 'effects'],
  driver: ['core', 'effects', 'wire', 'proxmox', 'kubernetes', 'host', 'agent/client'],
  agent: ['core', 'effects', 'wire', 'host'],
  module: ['core', 'wire', 'proxmox/words'],
  operations: ['core', 'effects', 'wire', 'kubernetes', 'proxmox', 'agent/client', 'module'],
  console: ['operations'],
  lab: ['core', 'effects', 'wire'],
  cli: ['core', 'effects', 'wire', 'proxmox', 'kubernetes', 'host', 'driver', 'agent', 'module', 'operations', 'console', 'lab'],
  e2e: ['core', 'effects', 'wire', 'proxmox', 'kubernetes', 'host', 'driver', 'agent', 'module', 'operations', 'console', 'lab', 'cli'],
}

interface SourceFile {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

function sourcesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : sourcesUnder(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

function importsOf(path: string, text: string): string[] {
  const { module, errors } = parseSync(path, text)
  expect(errors, path).toEqual([])
  const dynamic = module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end))
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : []))),
    ...dynamic.map((request) => request.replaceAll(/^['"`]|['"`]$/g, '')),
  ]
}

const rooms = readdirSync(packages)
const files: SourceFile[] = rooms.flatMap((room) =>
  sourcesUnder(join(packages, room, 'src')).map((path) => {
    const text = readFileSync(path, 'utf8')
    return { path, room, text, imports: importsOf(path, text) }
  }),
)
const isTest = (path: string): boolean => path.endsWith('.test.ts')

/** `stowage/x` is the cli's package name; `@stowage/proxmox/words/x` is `proxmox/words/x`. */
function roomPathOf(request: string): string | undefined {
  if (request === 'stowage' || request.startsWith('stowage/')) return request.replace(/^stowage/, 'cli')
  return request.startsWith('@stowage/') ? request.slice('@stowage/'.length) : undefined
}

test('every room is in the table and every room of the table is there', () => {
  expect(rooms.toSorted()).toEqual(Object.keys(mayImport).toSorted())
})

test('rooms import only what the design allows', () => {
  const broken = files.filter(({ path }) => !isTest(path)).flatMap(({ path, room, imports }) =>
    imports.flatMap((request) => {
      const target = roomPathOf(request)
      if (target === undefined || target === room || target.startsWith(`${room}/`)) return []
      const allowed = (mayImport[room] ?? []).some((name) => target === name || target.startsWith(`${name}/`))
      return allowed ? [] : [`${relative(packages, path)} imports ${request}`]
    }),
  )
  expect(broken).toEqual([])
})

test('no file reaches into another room by a relative path', () => {
  const broken = files.flatMap(({ path, room, imports }) =>
    imports
      .filter((request) => request.startsWith('.'))
      .filter((request) => !resolve(dirname(path), request).startsWith(join(packages, room) + '/'))
      .map((request) => `${relative(packages, path)} imports ${request}`),
  )
  expect(broken).toEqual([])
})

test('the lab, its tests included, knows nothing of the driver or of the Proxmox client', () => {
  const broken = files
    .filter(({ room }) => room === 'lab')
    .flatMap(({ path, imports }) => imports.filter((request) => /^@stowage\/(driver|proxmox|host|operations|module|kubernetes)/.test(request)).map((request) => `${path}: ${request}`))
  expect(broken).toEqual([])
})

test('there is no import cycle between rooms or between files', () => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].map((step) => relative(packages, step)).join(' → '))
      return
    }
    if (done.has(path)) return
    for (const request of byPath.get(path)?.imports ?? []) {
      if (request.startsWith('.')) visit(resolve(dirname(path), request), [...trail, path])
    }
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  expect(cycles).toEqual([])
})

/** Heavy libraries, and the one place that each is loaded from. */
const onlyLoadedBy = [
  [/^@pulumi\//, /^module\/src\/pulumi\//],
  [/^@kubernetes\/client-node$/, /^cli\/src\//],
] as const

test('Pulumi is loaded by its own components only, and the library that reads kubeconfigs by the command line only', () => {
  const elsewhere = onlyLoadedBy.flatMap(([library, owner]) => files.filter(({ path, imports }) => !owner.test(relative(packages, path)) && imports.some((request) => library.test(request))))
  expect(elsewhere.map(({ path }) => relative(packages, path))).toEqual([])
})

/** The file that an import means, or undefined for a library. */
function fileOf(request: string, from: string): string | undefined {
  if (request.startsWith('.')) return resolve(dirname(from), request)
  const [room = '', ...below] = roomPathOf(request)?.split('/') ?? []
  return room === '' ? undefined : join(packages, room, 'src', `${below.join('/') || 'index'}.ts`)
}

test('the driver loads neither declarations nor the definitions of other people’s engines', () => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const loaded = new Set([join(packages, 'driver', 'src', 'main.ts')])
  for (const path of loaded) {
    for (const request of byPath.get(path)?.imports ?? []) {
      const next = fileOf(request, path)
      if (next !== undefined) loaded.add(next)
    }
  }
  const names = [...loaded].map((path) => relative(packages, path))
  expect(names).toEqual(expect.arrayContaining(['driver/src/driver.ts', 'wire/src/codec.ts', 'proxmox/src/client/client.ts']))
  expect(names.filter((name) => /^(?:module|operations|lab|cli)\/|^wire\/src\/(?:data\/(?:crds|charts|schemas|kubernetes|pve-api)|crds|charts|schemas|structural-schema)/.test(name))).toEqual([])
})

/** Ambient ways out, and the few places whose whole purpose is one of them. */
const ambientModule = /^(node:)?(fs|fs\/promises|child_process|net|tls|http|https|http2|dns|timers|timers\/promises|os|worker_threads)$/
const ambientCall = /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|setTimeout\(|setInterval\(|setImmediate\(|crypto\.(randomUUID|getRandomValues|randomBytes)\(|process\.hrtime|[^.\w]fetch\()/
const ambientAllowed = [/^effects\/src\/real[./]/, /^cli\/src\//, /^e2e\/src\//]

test('nothing outside effects/real and the command line uses the ambient clock, chance, network, processes or files', () => {
  const broken = files
    .filter(({ path }) => !isTest(path) && !ambientAllowed.some((allowed) => allowed.test(relative(packages, path))))
    .flatMap(({ path, text, imports }) => {
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|(?<=\s)\/\/ .*$/gm, '')
      const modules = imports.filter((request) => ambientModule.test(request)).map((request) => `imports ${request}`)
      const call = ambientCall.exec(code)
      return [...modules, ...(call ? [`uses ${call[0]}`] : [])].map((what) => `${relative(packages, path)} ${what}`)
    })
  expect(broken).toEqual([])
})

test('every room has a README', () => {
  const missing = rooms.filter((room) => !readdirSync(join(packages, room)).includes('README.md'))
  expect(missing).toEqual([])
})

test('zod is imported whole: its named import takes the sentences of forty languages along', () => {
  const named = files.filter(({ text }) => /import \{[^}]*\} from 'zod'/.test(text)).map(({ path }) => relative(packages, path))
  expect(named).toEqual([])
})
