import type { Manual } from '../readme.ts'

export const manual: Manual = {
  tool: 'Flux',
  use: [
    'Commit this folder to the repository and the path that the declaration names, where a Kustomization of yours already looks (for instance below the path of flux-system). Its `kustomization.yaml` shows Flux only `kustomizations.yaml`; the steps are fetched by the Kustomizations in it.',
    'Once by hand instead: `kubectl apply -k .`',
  ],
  order: ['Each Kustomization waits until everything of the step before is ready. Where a kind has no conditions, a CEL expression says when it is (`healthCheckExprs`, Flux 2.5 or newer).'],
  removing: [
    'What holds data, namespaces and definitions carry `prune: Disabled`, and Kustomizations that hold such objects have `deletionPolicy: Orphan`: neither a removal from the repository nor the deletion of a Kustomization takes them. Releases that hold data or bring definitions stay in the same way.',
    'Suspend the Kustomizations (`flux suspend kustomization`) before taking the folder out of the repository; then delete by name what shall go, claims and volumes last.',
    'StorageClasses carry `force: Enabled`, because their fields cannot be changed: they are made anew, and bound volumes keep the old terms.',
  ],
  renaming: ['Kustomizations are named after steps and releases, so a rename in the declaration makes no new one. The new object is made; the old one is pruned unless it holds data, in which case it stays until it is deleted by hand.'],
}
