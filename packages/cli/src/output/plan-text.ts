/** A plan for people: each object with its reason, phase by phase. */
import type { Plan } from '@stowage/module'
import { phases } from '@stowage/module'
import pc from 'picocolors'

export function planText({ name, namespace, objects, needs }: Plan, color: boolean): string {
  const colors = pc.createColors(color)
  const width = Math.max(0, ...objects.filter(({ phase }) => phase !== 'volumes' && phase !== 'claims').map(({ id }) => shortId(id).length))
  const sections = phases.flatMap((phase) => {
    const planned = objects.filter((object) => object.phase === phase)
    if (planned.length === 0) return []
    const lines = planned.map(({ id, reason, holdsData }) => `  ${shortId(id).padEnd(width)}  ${colors.dim(reason)}${holdsData ? colors.yellow(' (holds data)') : ''}`)
    return [`${colors.bold(phase)}\n${lines.join('\n')}\n`]
  })
  const needed = needs.map(({ kind, name: what, namespace: where, reason }) => `  ${kind}/${where === undefined ? '' : `${where}/`}${what}  ${colors.dim(reason)}\n`)
  const needsText = needed.length === 0 ? '' : `${colors.bold('must be there already')}\n${needed.join('')}`
  return `${colors.bold(`${name}: ${objects.length} objects in namespace ${namespace} and cluster-wide`)}\n\n${sections.join('')}${needsText}`
}

/** Without the API group, which people rarely need to tell two kinds apart. */
function shortId(id: string): string {
  return id.replace(/^[a-z0-9.]+\/(?=[A-Z])/, '')
}
