/** The inverse of each encoding, as its tool reads it. */
import type { EncodedFile } from '../../src/encode/encoded-file.ts'
import type { Format } from '../../src/encode/index.ts'
import { at, Folder, has, list, text, type Decoded, type DecodedRelease } from './decoded.ts'
import { installedBy, terraformReleases } from './helm.ts'

export function decode(format: Format, files: readonly EncodedFile[]): Decoded {
  return decoders[format](new Folder(files))
}

const decoders: Readonly<Record<Format, (folder: Folder) => Decoded>> = {
  yaml: (folder) => ({ objects: [...folder.files.keys()].flatMap((path) => folder.documents(path)), releases: [] }),
  kubectl: (folder) => {
    const numbered = [...folder.files.keys()].filter((path) => /^\d\d-[a-z-]+\.yaml$/.test(path)).toSorted()
    const applied = [...folder.text('apply.sh').matchAll(/^kubectl apply .*--filename (\S+)$/gm)].map(([, file]) => file)
    if (applied.join() !== numbered.join()) throw new Error('apply.sh does not apply every file in order')
    return { objects: numbered.flatMap((path) => folder.documents(path)), releases: installedBy(folder, 'apply.sh').releases }
  },
  kustomize: (folder) => {
    const kustomization = folder.document('kustomization.yaml')
    const charts = has(kustomization, 'helmCharts') ? list(kustomization, 'helmCharts') : []
    return { objects: resourcesOf(folder, kustomization, ''), releases: charts.map((chart) => helmChart(folder, chart)) }
  },
  argocd: (folder) => {
    const base = text(folder.document('root.yaml'), 'spec', 'source', 'path').replace(/\/applications$/, '')
    const sources = folder.list('applications').map((path) => at(folder.document(path), 'spec'))
    const charts = sources.filter((spec) => has(at(spec, 'source'), 'chart'))
    const paths = sources.filter((spec) => !has(at(spec, 'source'), 'chart')).map((spec) => text(spec, 'source', 'path'))
    if (!paths.every((path) => path.startsWith(`${base}/`))) throw new Error('an Application looks elsewhere')
    return { objects: paths.flatMap((path) => folder.list(path.slice(base.length + 1)).flatMap((file) => folder.documents(file))), releases: charts.map(applicationRelease) }
  },
  flux: (folder) => {
    const kustomizations = resourcesOf(folder, folder.document('kustomization.yaml'), '')
    const roots = kustomizations.map((one) => text(one, 'spec', 'path'))
    const base = roots.map((path) => path.replace(/\/steps\/[^/]+$/, ''))
    const objects = roots.flatMap((path, index) => {
      const inside = path.slice((base[index] ?? '').length + 1)
      return resourcesOf(folder, folder.document(`${inside}/kustomization.yaml`), `${inside}/`)
    })
    const ofFlux = (object: unknown): boolean => /\.toolkit\.fluxcd\.io\//.test(text(object, 'apiVersion'))
    return { objects: objects.filter((object) => !ofFlux(object)), releases: fluxReleases(objects.filter(ofFlux)) }
  },
  terraform: terraformReleases,
  helm: (folder) => installedBy(folder, 'install.sh'),
}

function resourcesOf(folder: Folder, kustomization: unknown, prefix: string): readonly unknown[] {
  return list(kustomization, 'resources').flatMap((path) => folder.documents(`${prefix}${String(path)}`))
}

function helmChart(folder: Folder, chart: unknown): DecodedRelease {
  return {
    name: text(chart, 'releaseName'),
    namespace: text(chart, 'namespace'),
    chart: text(chart, 'name'),
    repository: text(chart, 'repo'),
    version: text(chart, 'version'),
    values: folder.document(text(chart, 'valuesFile')),
  }
}

function applicationRelease(spec: unknown): DecodedRelease {
  const url = text(spec, 'source', 'repoURL')
  return {
    name: text(spec, 'source', 'helm', 'releaseName'),
    namespace: text(spec, 'destination', 'namespace'),
    chart: text(spec, 'source', 'chart'),
    // Argo CD takes an address without a scheme for a registry.
    repository: url.includes('://') ? url : `oci://${url}`,
    version: text(spec, 'source', 'targetRevision'),
    values: at(spec, 'source', 'helm', 'valuesObject'),
  }
}

function fluxReleases(objects: readonly unknown[]): readonly DecodedRelease[] {
  const named = (kind: string, name: string): unknown => objects.find((one) => text(one, 'kind') === kind && text(one, 'metadata', 'name') === name)
  return objects
    .filter((one) => text(one, 'kind') === 'HelmRelease')
    .map((one) => {
      const spec = at(one, 'spec')
      const common = { name: text(spec, 'releaseName'), namespace: text(spec, 'targetNamespace'), values: at(spec, 'values') }
      if (has(spec, 'chartRef')) {
        const repository = named('OCIRepository', text(spec, 'chartRef', 'name'))
        const url = text(repository, 'spec', 'url')
        return { ...common, chart: url.slice(url.lastIndexOf('/') + 1), repository: url.slice(0, url.lastIndexOf('/')), version: text(repository, 'spec', 'ref', 'tag').replaceAll('_', '+') }
      }
      const repository = named('HelmRepository', text(spec, 'chart', 'spec', 'sourceRef', 'name'))
      return { ...common, chart: text(spec, 'chart', 'spec', 'chart'), repository: text(repository, 'spec', 'url'), version: text(spec, 'chart', 'spec', 'version') }
    })
}
