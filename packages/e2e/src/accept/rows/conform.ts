/** kubeconform in strict mode, with the house's schemas and no others. */
import { isFields } from '../documents.ts'
import { accepted, refused, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'
import { schemaLocation } from '../schemas/all-schemas.ts'

export const conformCommand = 'kubeconform -strict'

/** Kinds that the house writes and holds no schema of, `group/version/Kind`: they pass unseen, and the table says how many. */
export const withoutSchema: readonly string[] = ['external-secrets.io/v1/ExternalSecret']

/** `text`: YAML documents, each a whole object. Nothing at all is refused, too. */
export async function conform(site: Site, text: string): Promise<Verdict> {
  const args = ['-strict', '-summary', '-output', 'json', '-schema-location', `${site.schemas}/${schemaLocation}`, '-skip', withoutSchema.join(','), '-']
  const ran = await runTool(site.tool('kubeconform'), args, { input: text })
  const { valid, invalid, errors, skipped, faults } = read(ran.stdout)
  if (ran.code !== 0 || invalid > 0 || errors > 0) return refused([...faults, saidBy({ ...ran, stdout: faults.length === 0 ? ran.stdout : '' })].join('\n').trim())
  if (valid === 0) return refused('there was no object in it')
  return accepted(`${valid} objects${skipped > 0 ? `, and ${skipped} of kinds without a schema` : ''}`)
}

interface Report {
  readonly valid: number
  readonly invalid: number
  readonly errors: number
  readonly skipped: number
  /** One sentence for each object that was refused. */
  readonly faults: readonly string[]
}

/** Throws when kubeconform prints something else than its report. */
export function read(report: string): Report {
  const { resources, summary }: { readonly resources?: unknown; readonly summary?: unknown } = JSON.parse(report)
  const count = (name: string): number => {
    const value = isFields(summary) ? summary[name] : undefined
    if (typeof value !== 'number') throw new Error(`kubeconform's summary has no ${name}: ${report.slice(0, 200)}`)
    return value
  }
  const faults = (Array.isArray(resources) ? resources : []).filter(isFields).map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`)
  return { valid: count('valid'), invalid: count('invalid'), errors: count('errors'), skipped: count('skipped'), faults }
}
