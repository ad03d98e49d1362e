// `npm run sanity [-- ROW…]`: csi-sanity 5.6.0, built from its published Go module, against the driver in the lab.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { root, runRig } from './run-rig.mjs'

const bin = `${root}.cache/real-parts/bin`
mkdirSync(bin, { recursive: true })
for (const [name, path] of [['csi-sanity', 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity'], ['path-command', './path-command']]) {
  const go = spawnSync('go', ['build', '-o', `${bin}/${name}`, path], {
    cwd: `${root}packages/e2e/sanity`,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  })
  if (go.error !== undefined) console.error('Go 1.26 or newer is needed to build csi-sanity; install it (https://go.dev/dl) and run this again')
  if (go.status !== 0) process.exit(2)
}
await runRig('sanity', [`${bin}/csi-sanity`, `${bin}/path-command`, ...process.argv.slice(2)])
