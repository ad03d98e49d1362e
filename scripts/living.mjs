// `npm run living [-- DECLARATION…]`: apply, drift and consent on a real kube-apiserver, by the real helm. Needs Go the first time.
import { buildRealPartsOrExit, publishedModule, realPartsBin } from './real-parts.mjs'
import { root, runRig } from './run-rig.mjs'

buildRealPartsOrExit(['etcd', 'kube-apiserver', 'helm'])
const rook = publishedModule('charts', 'github.com/rook/rook')
await runRig('living', [root, realPartsBin, rook.folder, rook.version, ...process.argv.slice(2)])
