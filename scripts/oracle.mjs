// `npm run oracle [-- --record]`: the lab's Kubernetes against a real kube-apiserver. Needs Go the first time.
import { buildRealPartsOrExit, realPartsBin } from './real-parts.mjs'
import { root, runRig } from './run-rig.mjs'

buildRealPartsOrExit()
await runRig('oracle', [realPartsBin, ...(process.argv.includes('--record') ? [`${root}packages/e2e/oracle/recorded.json`] : [])])
