/** One kustomization: the objects as resources, the releases as `helmCharts`. For `kustomize build --enable-helm`, 5.8.1 or newer with Helm 4. */
import type { HelmRelease, Plan } from '../../plan/plan.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { numberedFiles } from '../kubectl/encode-kubectl.ts'
import { noMergeKeys } from '../merge-keys.ts'
import { printYaml } from '../print-yaml.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme } from '../readme.ts'
import { referencesOnly } from '../references-only.ts'
import { valuesFile } from '../release-values.ts'
import { releaseName, stepsOf } from '../steps.ts'

export function encodeKustomize(plan: Plan): readonly EncodedFile[] {
  referencesOnly(plan, 'kustomize')
  noMergeKeys(plan, 'kustomize')
  const resources = numberedFiles(plan, 'objects/')
  const releases = stepsOf(plan).flatMap((step) => (step.kind === 'release' ? [step.release] : []))
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // Namespaces and definitions first, whatever file or chart they come from.
    sortOptions: { order: 'legacy' },
    resources: resources.map(({ path }) => path),
    ...(releases.length === 0 ? {} : { helmCharts: releases.map(helmChart) }),
  }
  return [yamlFile('kustomization.yaml', printYaml(kustomization)), ...resources, ...releases.map((release) => valuesFile(release, 'values')), ...pveumScripts(plan), readme(plan, manual)]
}

/** The index or registry that the chart is pulled from; kustomize appends the name to an `oci://` folder itself. */
function helmChart(release: HelmRelease): object {
  return {
    name: release.chart.name,
    repo: release.chart.repository.replace(/\/+$/, ''),
    version: release.chart.version,
    releaseName: releaseName(release),
    namespace: release.namespace,
    valuesFile: valuesFile(release, 'values').path,
    includeCRDs: true,
  }
}

const manual = {
  tool: 'kustomize',
  use: ['`kustomize build --enable-helm . | kubectl apply --server-side -f -` renders and applies it. Overlays take this folder as a base; patches belong there, not into these files.'],
  order: [
    'kustomize puts namespaces and definitions first and knows no other order, and nothing waits: objects whose kind is brought by a chart are refused until it is there. Apply again until nothing is refused, or use `stowage render -o kubectl`, whose script waits.',
    'A chart that kustomize renders is no Helm release: `helm list` does not show it, and its hooks run as plain objects or not at all.',
  ],
  removing: ['kustomize removes nothing by itself; `kubectl apply --prune` would, and must not be used with what is here. Delete by name, claims and volumes last.'],
  renaming: ['The new object is made, the old one stays until it is deleted by hand: nothing here prunes.'],
}
