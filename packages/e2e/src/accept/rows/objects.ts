/** Objects for the API server in each encoding's files, strict. */
import { filesOf, type DeliveryName, type Rendered } from '../rendered.ts'
import type { Row } from '../row.ts'
import { conform, conformCommand } from './conform.ts'

/** Which files of an encoding hold whole objects; values of charts and files of the tools themselves do not. */
const manifests: Readonly<Record<DeliveryName, RegExp>> = {
  kubectl: /^\d\d-[^/]+\.yaml$/,
  kustomize: /^objects\/[^/]+\.yaml$/,
  argocd: /^(root|argocd-cm-patch|applications\/[^/]+|objects\/[^/]+\/objects)\.yaml$/,
}

export const objectRows: readonly Row[] = (['kubectl', 'kustomize', 'argocd'] as const).map((delivery) => ({
  of: delivery,
  command: conformCommand,
  needs: ['kubeconform'],
  only: 'schemas; rules in CEL are the API server’s',
  appliesTo: (rendered) => manifestsOf(rendered, delivery).length > 0,
  run: (rendered, site) => conform(site, manifestsOf(rendered, delivery).join('\n---\n')),
}))

export function manifestsOf(rendered: Rendered, delivery: DeliveryName): readonly string[] {
  return filesOf(rendered, delivery).filter(({ path }) => manifests[delivery].test(path)).map(({ content }) => content)
}
