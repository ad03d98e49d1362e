#!/usr/bin/env node
// What csi-sanity calls to make, remove or check a path: the path lies on a simulated machine, which the rig reaches.
// The rig links this file as create, remove and check; its address is in STOWAGE_SANITY_PATHS.
import { basename } from 'node:path'

const [, script, path] = process.argv
const answer = await fetch(`${process.env.STOWAGE_SANITY_PATHS}/${basename(script, '.mjs')}?path=${encodeURIComponent(path)}`, { method: 'POST' })
const text = await answer.text()
if (!answer.ok) {
  console.error(text)
  process.exit(1)
}
console.log(text)
