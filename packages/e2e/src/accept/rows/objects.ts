/** Objects for the API server in each encoding's files, strict. */
import { formats, type Format } from '@stowage/module'
import { filesOf, type Rendered } from '../rendered.ts'
import type { Row } from '../row.ts'
import { conform, conformCommand } from './conform.ts'

/** Which files of an encoding hold whole objects; values of charts and files of the tools themselves do not. */
const manifests: Readonly<Record<Format, RegExp>> = {
  kubectl: /^\d\d-[^/]+\.yaml$/,
  yaml: /\.yaml$/,
  kustomize: /^objects\/[^/]+\.yaml$/,
  argocd: /^(root|argocd-cm-patch|applications\/[^/]+|objects\/[^/]+\/objects)\.yaml$/,
  flux: /^(kustomizations|steps\/[^/]+\/(objects|release|sources))\.yaml$/,
  terraform: /^charts\/[^/]+\/objects\.yaml$/,
  helm: /^charts\/[^/]+\/objects\.yaml$/,
}

export const objectRows: readonly Row[] = formats.map((format) => ({
  of: format,
  command: conformCommand,
  needs: ['kubeconform'],
  unproved: 'validation rules in CEL: a real API server evaluates those',
  appliesTo: (rendered) => manifestsOf(rendered, format).length > 0,
  run: (rendered, site) => conform(site, manifestsOf(rendered, format).join('\n---\n')),
}))

function manifestsOf(rendered: Rendered, format: Format): readonly string[] {
  return filesOf(rendered, format).filter(({ path }) => manifests[format].test(path)).map(({ content }) => content)
}
