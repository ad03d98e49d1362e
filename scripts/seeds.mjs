// `npm run seeds`: asks a real kube-apiserver again what it says to each snippet of the reference documents. Needs Go the first time.
import { buildRealPartsOrExit, realPartsBin } from './real-parts.mjs'
import { runRig } from './run-rig.mjs'

buildRealPartsOrExit()
await runRig('seeds', [realPartsBin])
