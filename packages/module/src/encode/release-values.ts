/** A release's values as a file, and its chart as the tools name it. */
import type { HelmRelease } from '../plan/plan.ts'
import { commentText } from './comment-text.ts'
import { yamlFile, type EncodedFile } from './encoded-file.ts'
import { printYaml } from './print-yaml.ts'
import { releaseName } from './steps.ts'

export function valuesFile(release: HelmRelease, folder: string): EncodedFile {
  return yamlFile(`${folder}/${releaseName(release)}.yaml`, `# ${commentText(release.reason)}\n${printYaml(release.values)}`)
}

export function isOci({ chart }: HelmRelease): boolean {
  return chart.repository.startsWith('oci://')
}

/** `oci://registry/folder/chart`. */
export function ociUrl({ chart }: HelmRelease): string {
  return `${chart.repository.replace(/\/+$/, '')}/${chart.name}`
}

/** The words after `helm upgrade --install NAME`. */
export function chartWords(release: HelmRelease): readonly string[] {
  const { name, repository, version } = release.chart
  return isOci(release) ? [ociUrl(release), '--version', version] : [name, '--repo', repository, '--version', version]
}
