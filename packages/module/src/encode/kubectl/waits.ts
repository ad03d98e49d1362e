/** What the next step waits for, as commands of kubectl. */
import type { HelmRelease, PlannedObject } from '../../plan/plan.ts'
import { commandLine } from '../shell-text.ts'

const workloads = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

export function waitsOf({ object, ready = {} }: PlannedObject): readonly string[] {
  const { kind, metadata } = object
  const where = metadata.namespace === undefined ? [] : ['--namespace', metadata.namespace]
  const name = `${kindWithGroup(object)}/${metadata.name}`
  const wait = (condition: string): string => commandLine('kubectl', 'wait', ...where, `--for=${condition}`, name, '--timeout=15m')
  if (kind === 'CustomResourceDefinition') return [establishedWait([metadata.name])]
  return [
    ...(workloads.has(kind) ? [commandLine('kubectl', 'rollout', 'status', ...where, name, '--timeout=15m')] : []),
    ...(ready.conditions ?? []).map((condition) => wait(`condition=${condition}`)),
    ...Object.entries(ready.fields ?? {}).map(([path, value]) => wait(`jsonpath={.${path}}=${value}`)),
  ]
}

/** The kinds that a release brings are there a moment after it. */
export function releaseWaits({ crds }: HelmRelease): readonly string[] {
  return crds.length === 0 ? [] : [establishedWait(crds)]
}

function establishedWait(names: readonly string[]): string {
  return commandLine('kubectl', 'wait', '--for=condition=Established', ...names.map((name) => `crd/${name}`), '--timeout=2m')
}

/** `cephcluster.ceph.rook.io`, `deployment.apps`, `pod`. */
function kindWithGroup({ apiVersion, kind }: PlannedObject['object']): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : ''
  return `${kind.toLowerCase()}${group}`
}
