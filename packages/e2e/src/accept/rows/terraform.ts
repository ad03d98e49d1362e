/**
 * OpenTofu without its registry. What it says of the files as they are, up to the providers that cannot be had; and a plan of a twin whose
 * resources are OpenTofu's own `terraform_data`, so that every reference, function and file is judged for real.
 */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EncodedFile } from '@stowage/module'
import { isFields } from '../documents.ts'
import { filesOf } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy, type Ran } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'

export const validateCommand = 'tofu validate'
export const twinCommand = 'tofu plan, of a twin'

export const tofuValidate: Row = {
  of: 'terraform',
  command: validateCommand,
  needs: ['tofu'],
  parsedOnly: true,
  unproved: 'more than the blocks that are OpenTofu’s own: the providers’ schemas cannot be had without their registry',
  appliesTo: (rendered) => filesOf(rendered, 'terraform').length > 0,
  run: (rendered, site) => eachModule(filesOf(rendered, 'terraform'), site, (folder) => validated(site, folder)),
}

export const tofuPlanOfTwin: Row = {
  of: 'terraform',
  command: twinCommand,
  needs: ['tofu'],
  unproved: 'names and types of the arguments, which are the providers’: resources are terraform_data, so references, functions and files are judged',
  appliesTo: (rendered) => filesOf(rendered, 'terraform').length > 0,
  run: (rendered, site) => eachModule(twinFiles(filesOf(rendered, 'terraform')), site, (folder) => planned(site, folder)),
}

/** Every folder with files of OpenTofu is a module with a state of its own. */
export async function eachModule(files: readonly EncodedFile[], site: Site, judge: (folder: string) => Promise<Verdict>): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, files)
  const modules = [...new Set(files.filter(({ path }) => path.endsWith('.tf.json')).map(({ path }) => dirname(path)))]
  const verdicts: Verdict[] = []
  for (const module of modules) verdicts.push(await judge(join(folder, module)))
  const bad = verdicts.filter(({ ok }) => !ok)
  return bad.length > 0 ? refused(bad.map(({ said }) => said).join('\n')) : accepted(modules.map((module, index) => `${module === '.' ? 'main' : module}: ${verdicts[index]?.said ?? ''}`).join('; '))
}

export async function validated(site: Site, folder: string): Promise<Verdict> {
  const ran = await tofu(site, folder, ['validate', '-json'])
  const faults = faultsIn(ran.stdout).filter((fault) => !fault.startsWith('Missing required provider'))
  return faults.length === 0 ? accepted('no fault but that providers are missing') : refused(faults.join('\n'))
}

/** The sentences of `tofu validate -json`. Throws when it printed something else. */
export function faultsIn(report: string): readonly string[] {
  const value: unknown = JSON.parse(report)
  const diagnostics = isFields(value) ? value['diagnostics'] : undefined
  if (!Array.isArray(diagnostics)) throw new Error(`tofu validate printed no diagnostics: ${report.slice(0, 200)}`)
  return diagnostics.filter(isFields).map(({ summary, detail, address }) => [summary, address, detail].filter((part) => part !== undefined).join(': '))
}

export async function planned(site: Site, folder: string): Promise<Verdict> {
  const init = await tofu(site, folder, ['init', '-backend=false', '-input=false', '-no-color'])
  if (init.code !== 0) return refused(saidBy(init))
  const plan = await tofu(site, folder, ['plan', '-input=false', '-no-color', '-lock=false'])
  const counted = /Plan: (\d+) to add/.exec(plan.stdout)
  return plan.code === 0 && counted !== null ? accepted(`${counted[1]} resources`) : refused(saidBy(plan))
}

/** Each resource as `terraform_data` with its arguments as input; what is no argument (depends_on, lifecycle) stays where it is. */
export function twinFiles(files: readonly EncodedFile[]): readonly EncodedFile[] {
  return files.filter(({ path }) => !path.endsWith('versions.tf.json')).map((file) => (file.path.endsWith('.tf.json') ? { ...file, content: twin(file.content) } : file))
}

function twin(content: string): string {
  const body: unknown = JSON.parse(content)
  if (!isFields(body)) throw new Error(`a file of OpenTofu holds no blocks: ${content.slice(0, 200)}`)
  const { resource = {}, ...rest } = body
  const types = isFields(resource) ? resource : {}
  const twins = Object.entries(types).flatMap(([type, blocks]) => Object.entries(isFields(blocks) ? blocks : {}).map(([name, block]) => [`${type}__${name}`, dataOf(block)] as const))
  const text = JSON.stringify({ ...rest, resource: { terraform_data: Object.fromEntries(twins) } })
  // What a provider would compute is what terraform_data calls its output.
  return Object.keys(types).reduce((whole, type) => whole.replaceAll(new RegExp(`\\b${type}\\.([A-Za-z_][\\w-]*)(\\.value\\b)?`, 'g'), (_, name: string, value?: string) => `terraform_data.${type}__${name}${value === undefined ? '' : '.output'}`), text)
}

function dataOf(block: unknown): object {
  const { depends_on, lifecycle, ...input } = isFields(block) ? block : {}
  return { input, ...(depends_on === undefined ? {} : { depends_on }), ...(lifecycle === undefined ? {} : { lifecycle }) }
}

/** No configuration of whoever runs this, and no registry. */
async function tofu(site: Site, folder: string, args: readonly string[]): Promise<Ran> {
  const config = join(await site.folder(), 'tofurc')
  await writeFile(config, 'disable_checkpoint = true\n')
  return runTool(site.tool('tofu'), args, { cwd: folder, env: { TF_CLI_CONFIG_FILE: config, TF_IN_AUTOMATION: '1' } })
}
