/** Local charts and `helm upgrade --install` as Helm takes them. */
import { at, list, text, yamlDocuments, type Decoded, type DecodedRelease, type Folder } from './decoded.ts'
import { commands } from './shell-words.ts'

/** A chart whose templates do nothing but hand on a file: everything else would need a template engine, and throws here. */
export function localChartObjects(folder: Folder, chart: string): readonly unknown[] {
  const templates = folder.list(`${chart}/templates`)
  if (text(folder.document(`${chart}/Chart.yaml`), 'apiVersion') !== 'v2') throw new Error(`${chart} is not a chart`)
  return templates.flatMap((path) => {
    const [, file] = /^\{\{- \/\* (?:[^*]|\*(?!\/))* \*\/ -\}\}\n\{\{ \.Files\.Get "([a-z.]+)" \}\}\n$/.exec(folder.text(path)) ?? []
    if (file === undefined) throw new Error(`${path} is a template of another kind`)
    return yamlDocuments(folder.text(`${chart}/${file}`))
  })
}

export function installedBy(folder: Folder, script: string): Decoded {
  const installs = commands(folder.text(script), 'helm').map((words) => installOf(words))
  const local = installs.filter(({ chart }) => chart.startsWith('./'))
  const foreign = installs.filter(({ chart }) => !chart.startsWith('./'))
  return {
    objects: local.flatMap(({ chart }) => localChartObjects(folder, chart.slice(2))),
    releases: foreign.map(({ values, ...rest }): DecodedRelease => ({ ...fromOci(rest), values: folder.document(values ?? 'values without a file') })),
  }
}

interface Install {
  readonly name: string
  readonly namespace: string
  readonly chart: string
  readonly repository: string
  readonly version: string
  readonly values?: string
}

function installOf(words: readonly string[]): Install {
  const [helm, upgrade, install, name, chart, ...flags] = words
  if (helm !== 'helm' || upgrade !== 'upgrade' || install !== '--install' || name === undefined || chart === undefined) throw new Error(`not an install: ${words.join(' ')}`)
  const flag = (flagName: string): string | undefined => (flags.includes(flagName) ? flags[flags.indexOf(flagName) + 1] : undefined)
  const values = flag('--values')
  return { name, chart, namespace: flag('--namespace') ?? '', repository: flag('--repo') ?? '', version: flag('--version') ?? '', ...(values === undefined ? {} : { values }) }
}

/** `oci://registry/folder/chart` is a chart of `oci://registry/folder`. */
function fromOci<T extends { readonly chart: string; readonly repository: string }>(release: T): T {
  const { chart } = release
  return chart.startsWith('oci://') ? { ...release, chart: chart.slice(chart.lastIndexOf('/') + 1), repository: chart.slice(0, chart.lastIndexOf('/')) } : release
}

export function terraformReleases(folder: Folder): Decoded {
  const main: unknown = JSON.parse(folder.text('main.tf.json'))
  const blocks = Object.values(Object(at(main, 'resource', 'helm_release')))
  const local = blocks.filter((block) => text(block, 'chart').startsWith('${path.module}/'))
  const foreign = blocks.filter((block) => !text(block, 'chart').startsWith('${path.module}/'))
  return {
    objects: local.flatMap((block) => localChartObjects(folder, text(block, 'chart').slice('${path.module}/'.length))),
    releases: foreign.map((block) => ({
      name: text(block, 'name'),
      namespace: text(block, 'namespace'),
      chart: literalText(text(block, 'chart')),
      repository: literalText(text(block, 'repository')),
      version: literalText(text(block, 'version')),
      values: folder.document(valuesPath(list(block, 'values'))),
    })),
  }
}

function valuesPath([only, ...more]: readonly unknown[]): string {
  const [, path] = /^\$\{file\("\$\{path\.module\}\/([\w./-]+)"\)\}$/.exec(String(only)) ?? []
  if (path === undefined || more.length > 0) throw new Error(`values of another kind: ${String(only)}`)
  return path
}

/** What a string of Terraform says when nothing in it is a template. */
function literalText(template: string): string {
  if (/(?<![$])\$\{|(?<![%])%\{/.test(template)) throw new Error(`Terraform would evaluate ${template}`)
  return template.replaceAll('$${', '${').replaceAll('%%{', '%{')
}

/** Host actions as Terraform would carry them out, of every Proxmox cluster. */
export function terraformActions(folder: Folder): readonly unknown[] {
  const mains = [...folder.files.keys()].filter((path) => /^proxmox-[^/]+\/main\.tf\.json$/.test(path))
  return mains.flatMap((path) => {
    const resources = Object(at(JSON.parse(folder.text(path)), 'resource'))
    return Object.entries(resources).flatMap(([type, blocks]) => Object.values(Object(blocks)).map((block) => actionOf(type, Object(block))))
  })
}

function actionOf(type: string, block: Readonly<Record<string, unknown>>): unknown {
  const said = (key: string): string => literalText(text(block, key))
  switch (type) {
    case 'proxmox_virtual_environment_role':
      return { kind: 'role', role: said('role_id'), privileges: list(block, 'privileges') }
    case 'proxmox_virtual_environment_user':
      return { kind: 'user', user: said('user_id'), comment: said('comment') }
    case 'proxmox_virtual_environment_user_token':
      return { kind: 'token', user: said('user_id'), token: said('token_name'), privilegeSeparation: block['privileges_separation'] }
    case 'proxmox_virtual_environment_acl':
      return { kind: 'acl', path: said('path'), role: said('role_id'), propagate: block['propagate'], ...(block['token_id'] === undefined ? { user: said('user_id') } : { token: said('token_id') }) }
    default:
      throw new Error(`${type} is no host action`)
  }
}
