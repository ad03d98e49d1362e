// `npm run accept [-- DECLARATION…]`: the tools that carry what Stowage renders have to accept it. Needs Go the first time.
import { buildRealPartsOrExit, publishedModule, realPartsBin } from './real-parts.mjs'
import { root, runRig } from './run-rig.mjs'

buildRealPartsOrExit(['kubeconform', 'helm', 'kustomize', 'promtool', 'tofu', 'flux'])
const rook = publishedModule('charts', 'github.com/rook/rook')
await runRig('accept', [root, realPartsBin, rook.folder, rook.version, ...process.argv.slice(2)])
