/** The plan's objects as each encoding that holds them as they are writes them. */
import type { EncodedFile } from '@stowage/module'
import type { DeliveryName, Rendered } from '../rendered.ts'
import type { Row } from '../row.ts'
import { conform, conformCommand } from './conform.ts'

export const kubectlObjects: Row = {
  of: 'kubectl',
  command: conformCommand,
  needs: ['kubeconform'],
  appliesTo: (rendered) => manifests(rendered, 'kubectl').length > 0,
  run: (rendered, site) => conform(site, manifests(rendered, 'kubectl').map(({ content }) => content).join('\n---\n')),
}

/** Files of an encoding that hold objects for the API server; values of charts and kustomize's own file are none. */
export function manifests(rendered: Rendered, delivery: DeliveryName): readonly EncodedFile[] {
  return (rendered.deliveries.get(delivery) ?? []).filter(({ path, content }) => /\.ya?ml$/.test(path) && /^kind: /m.test(content) && !path.endsWith('kustomization.yaml'))
}
