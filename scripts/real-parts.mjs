// Builds real programs from published Go modules into .cache/real-parts/bin: etcd, kube-apiserver, kubectl.
// Optional: only `npm run oracle` and `npm run kubectl` need them. Cold this takes minutes, warm a second or two.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
export const realPartsBin = `${root}.cache/real-parts/bin`

const version = 'v1.36.3'
const parts = [
  { module: 'etcd', packages: [['etcd', 'go.etcd.io/etcd/server/v3']], ldflags: '' },
  {
    module: 'kubernetes',
    packages: [
      ['kube-apiserver', 'k8s.io/kubernetes/cmd/kube-apiserver'],
      ['kubectl', 'k8s.io/kubernetes/cmd/kubectl'],
    ],
    // Without a version kubectl meets v0.0.0-master+$Format:%H$ and refuses it.
    ldflags: ['gitVersion=' + version, 'gitMajor=1', 'gitMinor=36'].map((value) => `-X k8s.io/component-base/version.${value}`).join(' '),
  },
]

export function buildRealParts() {
  if (spawnSync('go', ['version']).status !== 0) {
    throw new Error('Go 1.26 or newer is needed to build etcd, kube-apiserver and kubectl; install it (https://go.dev/dl) and run this again')
  }
  mkdirSync(realPartsBin, { recursive: true })
  for (const { module, packages, ldflags } of parts) {
    for (const [name, path] of packages) {
      const started = Date.now()
      const result = spawnSync('go', ['build', '-ldflags', ldflags, '-o', `${realPartsBin}/${name}`, path], {
        cwd: `${root}packages/e2e/real-parts/${module}`,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, GOFLAGS: '-mod=mod' },
      })
      if (result.status !== 0) throw new Error(`go build ${path} failed`)
      console.error(`built ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
    }
  }
}

/** For rigs: says what is missing and ends the process with 2. */
export function buildRealPartsOrExit() {
  try {
    buildRealParts()
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildRealPartsOrExit()
