// Builds the published package @stowage/module into packages/module/dist: ESM, CommonJS and types, "." (the library and Pulumi's
// components) and "./library" (the library alone). Pulumi's packages are peers: their types are read from the folder given, e.g.
// `node packages/module/scripts/build-package.mjs .cache/pulumi/kubernetes-4/node_modules`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const room = join(root, 'packages', 'module')
const dist = join(room, 'dist')
const peers = resolve(process.argv[2] ?? join(root, '.cache', 'pulumi', 'kubernetes-4', 'node_modules'))
if (!existsSync(join(peers, '@pulumi', 'pulumi'))) {
  console.error(`@pulumi/pulumi is not in ${relative(root, peers)}; run npm run pulumi, which installs it there, or name a folder that has it`)
  process.exit(2)
}

rmSync(dist, { recursive: true, force: true })
const entries = { index: join(room, 'src', 'pulumi', 'index.ts'), library: join(room, 'src', 'index.ts') }
const common = { bundle: true, platform: 'node', target: 'node20.19', external: ['@pulumi/*', 'zod', 'yaml'], logLevel: 'warning', absWorkingDir: root, nodePaths: [join(root, 'node_modules')] }
await build({ ...common, entryPoints: entries, outdir: join(dist, 'esm'), format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]' })
await build({ ...common, entryPoints: entries, outdir: join(dist, 'cjs'), format: 'cjs' })

const scratch = join(root, '.cache', 'pulumi', 'types')
emitTypes(scratch)
for (const [format, type] of [['esm', 'module'], ['cjs', 'commonjs']]) {
  cpSync(scratch, join(dist, format, 'types'), { recursive: true })
  writeJson(join(dist, format, 'package.json'), { type })
}
writeJson(join(dist, 'package.json'), manifest())
copyFileSync(join(root, 'LICENSE'), join(dist, 'LICENSE'))
copyFileSync(join(room, 'scripts', 'package-readme.md'), join(dist, 'README.md'))

/** Declarations of every room that the library's types mention; imports between rooms become relative. */
function emitTypes(outDir) {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  const config = join(dirname(outDir), 'tsconfig.types.json')
  writeJson(config, {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: join(root, 'packages'), outDir,
      types: [join(root, 'node_modules', '@types', 'node')],
      paths: { '@pulumi/*': [join(peers, '@pulumi', '*')] },
    },
    files: Object.values(entries),
    include: [],
    exclude: [],
  })
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config], { cwd: root, stdio: 'inherit' })
  if (tsc.status !== 0) process.exit(tsc.status ?? 1)
  for (const file of readdirSync(outDir, { recursive: true }).map(String).filter((path) => path.endsWith('.d.ts'))) {
    const path = join(outDir, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/((?:from|import\()\s*['"])([^'"]+)(['"])/g, (_, before, request, after) => before + published(request, file) + after))
  }
}

function published(request, file) {
  if (request.startsWith('.')) return request.replace(/\.ts$/, '.js')
  const [, name, path = 'index'] = /^@stowage\/([^/]+)(?:\/(.+))?$/.exec(request) ?? []
  if (name === undefined) return request
  const target = relative(dirname(file), join(name, 'src', `${path}.js`))
  return target.startsWith('.') ? target : `./${target}`
}

function manifest() {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(room, 'package.json'), 'utf8'))
  const of = (entry, types) => ({
    import: { types: `./esm/types/module/src/${types}.d.ts`, default: `./esm/${entry}.js` },
    require: { types: `./cjs/types/module/src/${types}.d.ts`, default: `./cjs/${entry}.js` },
  })
  return {
    name: '@stowage/module',
    version,
    description: 'The storage of a Kubernetes cluster, declared once: a library, and components for Pulumi',
    license,
    engines: { node: '>=20.19.0' },
    sideEffects: false,
    exports: { '.': of('index', 'pulumi/index'), './library': of('library', 'index'), './package.json': './package.json' },
    // For `moduleResolution: node`, which Pulumi's own templates use and which knows no exports.
    main: './cjs/index.js',
    types: './cjs/types/module/src/pulumi/index.d.ts',
    typesVersions: { '*': { library: ['./cjs/types/module/src/index.d.ts'] } },
    dependencies: { yaml: dependencies.yaml, zod: dependencies.zod },
    peerDependencies: { '@pulumi/kubernetes': '^3.30.2 || ^4.23', '@pulumi/pulumi': '^3.142' },
    peerDependenciesMeta: { '@pulumi/kubernetes': { optional: true }, '@pulumi/pulumi': { optional: true } },
  }
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`)
}
