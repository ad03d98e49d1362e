// Builds real programs from published Go modules into .cache/real-parts/bin: `node scripts/real-parts.mjs [PART…]`.
// Optional: each rig asks for the parts that it needs. Cold times stand in packages/e2e/real-parts/README.md; warm it is a second or two each.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = `${root}packages/e2e/real-parts`
export const realPartsBin = `${root}.cache/real-parts/bin`

// Without a version kubectl meets v0.0.0-master+$Format:%H$ and refuses it.
const kubernetes = stamp('k8s.io/component-base/version', { gitVersion: 'v1.36.3', gitMajor: '1', gitMinor: '36' })

/** Each program: the folder of its wrapper module, the package, what the linker writes into it, what its sources lack. */
const parts = {
  etcd: { module: 'etcd', path: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kube-apiserver', ldflags: kubernetes },
  kubectl: { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kubectl', ldflags: kubernetes },
  helm: { module: 'helm', path: 'helm.sh/helm/v4/cmd/helm', ldflags: stamp('helm.sh/helm/v4/internal/version', { version: 'v4.3.1' }) },
  kustomize: { module: 'kustomize', path: 'sigs.k8s.io/kustomize/kustomize/v5' },
  kubeconform: { module: 'kubeconform', path: 'github.com/yannh/kubeconform/cmd/kubeconform' },
  tofu: { module: 'opentofu', path: 'github.com/opentofu/opentofu/cmd/tofu', ldflags: stamp('github.com/opentofu/opentofu/version', { dev: 'no' }) },
  // Without the clients of every cloud whose machines it could find: rules need none.
  promtool: { module: 'prometheus', path: 'github.com/prometheus/prometheus/cmd/promtool', tags: 'remove_all_sd', ldflags: stamp('github.com/prometheus/common/version', { Version: '3.15.0' }) },
  // Its release embeds the manifests of a cluster's Flux; only `flux install` and `flux bootstrap` read them.
  flux: {
    module: 'flux',
    path: './cmd/flux',
    ldflags: stamp('main', { VERSION: '2.9.5' }),
    sourceOf: 'github.com/fluxcd/flux2/v2',
    adds: { 'cmd/flux/manifests/none.yaml': '# This build cannot install Flux.\n' },
  },
  'flux-health': { module: 'flux-health', path: '.' },
  argocd: { module: 'argocd', path: 'github.com/argoproj/argo-cd/v3/cmd', ldflags: stamp('github.com/argoproj/argo-cd/v3/common', { version: 'v3.2.11' }) },
}
const withoutBeingAsked = ['etcd', 'kube-apiserver', 'kubectl']

/** Builds the named parts; without names etcd, kube-apiserver and kubectl. Throws when Go is missing, a name is unknown or a build fails. */
export function buildRealParts(names = withoutBeingAsked) {
  const unknown = names.filter((name) => !(name in parts))
  if (unknown.length > 0) throw new Error(`no part is called ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
  if (spawnSync('go', ['version']).status !== 0) {
    throw new Error(`Go 1.26 or newer is needed to build ${names.join(', ')}; install it (https://go.dev/dl) and run this again`)
  }
  mkdirSync(realPartsBin, { recursive: true })
  for (const name of names) {
    const started = Date.now()
    build(name, parts[name])
    console.error(`built ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  }
}

/** For rigs: says what is missing and ends the process with 2. */
export function buildRealPartsOrExit(names) {
  try {
    buildRealParts(names)
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

/** A published module as Go's read-only cache holds it, at the version that the wrapper `module` pins. */
export function publishedModule(module, path) {
  const { Dir: folder, Version: version } = JSON.parse(go(['mod', 'download', '-json', path], `${modules}/${module}`, 'pipe'))
  return { folder, version }
}

function build(name, { module, path, ldflags = '', tags = '', sourceOf, adds }) {
  const cwd = sourceOf === undefined ? `${modules}/${module}` : copyOfSource(module, sourceOf, adds)
  go(['build', '-tags', tags, '-ldflags', ldflags, '-o', `${realPartsBin}/${name}`, path], cwd)
}

/** A module whose published sources do not build as they are, copied out of Go's read-only cache, with what they lack. */
function copyOfSource(module, sourceOf, adds) {
  const { folder: published, version } = publishedModule(module, sourceOf)
  const copy = `${root}.cache/real-parts/src/${module}-${version}`
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  cpSync(published, unfinished, { recursive: true })
  makeWritable(unfinished)
  for (const [file, text] of Object.entries(adds)) {
    mkdirSync(dirname(`${unfinished}/${file}`), { recursive: true })
    writeFileSync(`${unfinished}/${file}`, text)
  }
  renameSync(unfinished, copy)
  return copy
}

function makeWritable(folder) {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(`${folder}/${entry.name}`)
    else chmodSync(`${folder}/${entry.name}`, 0o644)
  }
}

// Without buildvcs=false a program of ours carries the house's last commit, and is linked anew after each.
function go(args, cwd, stdout = 'inherit') {
  if (!existsSync(cwd)) throw new Error(`${cwd} does not exist`)
  const result = spawnSync('go', args, { cwd, stdio: ['ignore', stdout, 'inherit'], env: { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false' }, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`go ${args.join(' ')} failed`)
  return result.stdout
}

function stamp(variables, values) {
  return Object.entries(values)
    .map(([name, value]) => `-X ${variables}.${name}=${value}`)
    .join(' ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildRealPartsOrExit(process.argv.length > 2 ? process.argv.slice(2) : undefined)
}
