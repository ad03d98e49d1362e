// `npm run accept [-- [--all] DECLARATION…]`: the tools that carry what Stowage renders have to accept it. Needs Go the first time.
// `--all` builds argocd, too, which takes as long as two of the others.
import { buildRealPartsOrExit, publishedModule, realPartsBin } from './real-parts.mjs'
import { root, runRig } from './run-rig.mjs'

const names = process.argv.slice(2).filter((word) => word !== '--all')
const tools = ['kubeconform', 'helm', 'kustomize', 'promtool', 'tofu', 'flux', 'flux-health', ...(process.argv.includes('--all') ? ['argocd'] : [])]
buildRealPartsOrExit(tools)
const rook = publishedModule('charts', 'github.com/rook/rook')
await runRig('accept', [root, realPartsBin, tools.join(','), rook.folder, rook.version, ...names])
