/** The driver's configuration is text in a ConfigMap, but some of its lines are where volumes are found. */
import { parse } from 'yaml'
import type { KubernetesObject } from '../plan.ts'
import { valueAt } from '../../spec/value-at.ts'
import type { Verdict } from './effect.ts'
import { interrupting, migrate, safe } from './rule.ts'

export function judgeConfig(before: KubernetesObject, after: KubernetesObject): Verdict {
  const [old, wanted] = [configOf(before), configOf(after)]
  const path = valueAt(old, ['local', 'path'])
  const moved = path !== undefined && path !== valueAt(wanted, ['local', 'path'])
  const gone = regionsOf(old).filter((region) => !regionsOf(wanted).includes(region))
  const lost = [...(moved ? [`volumes below ${String(path)}`] : []), ...gone.map((region) => `volumes of region ${region}`)]
  if (old === undefined && wanted === undefined) return safe(`ConfigMap ${after.metadata.name} is changed in place`)
  if (lost.length === 0) return safe('the driver is configured anew; its pods are replaced, mounted volumes stay mounted')
  return interrupting(migrate(`${lost.join(' and ')} are no longer found: they stay mounted where they are, and cannot be mounted again; their data stays in the old place until it is moved`))
}

/** undefined for what is no YAML, too: somebody's hand may have been at the living one, and no driver finds a volume by it. */
function configOf(object: KubernetesObject): unknown {
  const text = valueAt(object, ['data', 'config.yaml'])
  try {
    return typeof text === 'string' ? parse(text) : undefined
  } catch {
    return undefined
  }
}

function regionsOf(config: unknown): readonly string[] {
  const clusters = valueAt(config, ['proxmox', 'clusters'])
  return Array.isArray(clusters) ? clusters.map((cluster) => String(valueAt(cluster, ['region']))) : []
}
