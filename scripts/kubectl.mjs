// `npm run kubectl [-- --record]`: a real kubectl against `stowage lab up`. Needs Go the first time.
import { spawnSync } from 'node:child_process'
import { buildRealPartsOrExit, realPartsBin } from './real-parts.mjs'
import { root, runRig } from './run-rig.mjs'

buildRealPartsOrExit()
const bundled = spawnSync(process.execPath, ['scripts/build.mjs', '--quiet'], { cwd: root, stdio: 'inherit' })
if (bundled.status !== 0) process.exit(bundled.status ?? 1)
await runRig('kubectl', [root, realPartsBin, ...process.argv.slice(2)])
