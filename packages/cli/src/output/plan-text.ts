/** A plan for people: each release and object with its reason, phase by phase. */
import type { HelmRelease, Plan, PlannedObject, SecretSource } from '@stowage/module'
import { phases } from '@stowage/module'
import { pveumCommand } from '@stowage/operations/apply/host-commands'
import pc from 'picocolors'

type Colors = ReturnType<typeof pc.createColors>

export function planText(plan: Plan, color: boolean): string {
  const colors = pc.createColors(color)
  const { name, namespace, objects, helmReleases } = plan
  const width = Math.max(0, ...objects.filter(({ phase }) => phase !== 'volumes' && phase !== 'claims').map(({ id }) => shortId(id).length))
  const sections = phases.flatMap((phase) => {
    const lines = [...helmReleases.filter((release) => release.phase === phase).map((release) => releaseLine(release, width, colors)), ...objects.filter((object) => object.phase === phase).map((object) => objectLine(object, width, colors))]
    return lines.length === 0 ? [] : [`${colors.bold(phase)}\n${lines.join('\n')}\n`]
  })
  const releases = helmReleases.length === 0 ? '' : `, ${helmReleases.length} Helm release${helmReleases.length === 1 ? '' : 's'}`
  return `${colors.bold(`${name}: ${objects.length} objects in namespace ${namespace} and cluster-wide${releases}`)}\n\n${sections.join('')}${besideText(plan, colors)}`
}

function objectLine({ id, reason, holdsData }: PlannedObject, width: number, colors: Colors): string {
  return `  ${shortId(id).padEnd(width)}  ${colors.dim(reason)}${holdsData ? colors.yellow(' (holds data)') : ''}`
}

function releaseLine({ id, chart, reason, holdsData }: HelmRelease, width: number, colors: Colors): string {
  return `  ${id.padEnd(width)}  ${chart.name} ${chart.version}: ${colors.dim(reason)}${holdsData ? colors.yellow(' (holds data)') : ''}`
}

/** What is not an object of the plan: what must be there, Secrets, hosts, notes. */
function besideText({ needs, secrets, hostActions, notes }: Plan, colors: Colors): string {
  const needed = needs.map(({ kind, name, namespace, reason }) => `${kind}/${namespace === undefined ? '' : `${namespace}/`}${name}  ${colors.dim(reason)}`)
  const made = secrets.map((secret) => `Secret/${secret.namespace}/${secret.name}, key ${secret.key} ${sourceText(secret)}  ${colors.dim(secret.reason)}`)
  const hosts = hostActions.map((action) => `${pveumCommand(action)}  ${colors.dim(action.reason)}`)
  return [section('must be there already', needed, colors), section('made by an apply, if it is not there', made, colors), section('to be done on a Proxmox host by hand', hosts, colors), section('notes', notes, colors)].join('')
}

function sourceText({ source }: SecretSource): string {
  if (source.from === 'environment') return `from $${source.variable}`
  return source.from === 'file' ? `from ${source.path}` : 'made up, and written down in the file of --escrow'
}

function section(title: string, lines: readonly string[], colors: Colors): string {
  return lines.length === 0 ? '' : `${colors.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`
}

/** Without the API group, which people rarely need to tell two kinds apart. */
export function shortId(id: string): string {
  return id.replace(/^[a-z0-9.]+\/(?=[A-Z])/, '')
}
