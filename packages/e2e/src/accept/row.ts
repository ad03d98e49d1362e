/** One line of the table: what of a declaration one real tool is asked to accept. */
import type { ChartShelf } from './chart-shelf.ts'
import type { Rendered } from './rendered.ts'

/** Where the tools and what they need are; each row writes into a folder of its own. */
export interface Site {
  /** Path of a real program. */
  tool(name: ToolName): string
  /** Folder of the JSON Schemas, as `schemaLocation` lays them out. */
  readonly schemas: string
  readonly charts: ChartShelf
  /** A new, empty folder. */
  folder(): Promise<string>
}

export const toolNames = ['helm', 'kubeconform', 'kustomize', 'promtool', 'tofu', 'flux', 'flux-health', 'argocd'] as const
export type ToolName = (typeof toolNames)[number]

export interface Verdict {
  readonly ok: boolean
  /** What was looked at (`31 objects`), or what the tool said against it. */
  readonly said: string
}

export interface Row {
  /** Which of the renderings: kubectl, charts, rules, … */
  readonly of: string
  /** As a person would type it, without paths. */
  readonly command: string
  readonly needs: readonly ToolName[]
  /** The tool reads it and no more. */
  readonly parsedOnly?: true
  /** What its acceptance does not prove, for the notes below the table. Absent: the tool judged all of it. */
  readonly unproved?: string
  /** Whether the declaration renders anything for it. */
  appliesTo(rendered: Rendered): boolean
  run(rendered: Rendered, site: Site): Promise<Verdict>
}

/** Something wrong on purpose: a tool that accepts it judges nothing, and its other rows are worth nothing. */
export interface Control {
  readonly what: string
  readonly command: string
  readonly needs: readonly ToolName[]
  /** What the tool makes of it; `ok: false` is what is wanted, and `said` must match `because`. */
  run(site: Site): Promise<Verdict>
  readonly because: RegExp
}

export const accepted = (said: string): Verdict => ({ ok: true, said })
export const refused = (said: string): Verdict => ({ ok: false, said })
