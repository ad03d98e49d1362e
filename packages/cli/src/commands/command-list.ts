/** Every command of `stowage`. A command's code is loaded when it is asked for, so that the others start fast. */
import type { CommandEntry } from './command.ts'

export const commandList: readonly CommandEntry[] = [
  { name: 'demo', summary: "show a cluster's storage working, end to end, in the lab", load: () => import('./demo.ts') },
  { name: 'check', summary: 'say everything that is wrong with a declaration', load: () => import('./check.ts') },
  { name: 'plan', summary: 'show what a declaration would make, and why', load: () => import('./plan.ts') },
  { name: 'render', summary: 'write a declaration as manifests', load: () => import('./render.ts') },
  { name: 'apply', summary: 'make the cluster hold what a declaration says', load: () => import('./apply.ts') },
  { name: 'facts', summary: 'gather what is known of nodes and disks, for the proofs of check and apply', load: () => import('./facts.ts') },
  { name: 'drift', summary: 'say what in the cluster is not as declared, and who changed it', load: () => import('./drift.ts') },
  { name: 'status', summary: 'show every claim and volume, and what is wrong', load: () => import('./status.ts') },
  { name: 'verify', summary: 'prove each class on a living cluster: write, read, expand, move, clean up', load: () => import('./verify.ts') },
  { name: 'lab', summary: 'a cluster to try things on, on this machine, in memory', load: () => import('./lab.ts') },
  { name: 'explain', summary: 'explain a finding or a field of the declaration', load: () => import('./explain.ts') },
  { name: 'schema', summary: 'print the JSON Schema of the declaration', load: () => import('./schema.ts') },
  { name: 'completion', summary: 'print a completion script for bash, zsh or fish', load: () => import('./completion.ts') },
  { name: 'version', summary: 'print the version', load: () => import('./version.ts') },
]
