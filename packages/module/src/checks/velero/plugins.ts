/** Each provider has a plugin, and one of the right version: without it, a location stays unavailable. */
import { knownProvider, knownProviders, pluginGoesWith, pluginImages, veleroMinor } from '../../spec/velero-providers.ts'
import { veleroChartVersion } from '../../spec/schema/velero.ts'
import { fault, warning, type Check, type Fault } from '../check.ts'
import { ofVelero, veleroPath, type DraftVelero } from './subject.ts'

export const providersHavePlugins: Check = ofVelero((velero) => {
  const own = Object.keys(velero.plugins ?? {})
  return (['locations', 'snapshotLocations'] as const).flatMap((section) =>
    Object.entries(velero[section] ?? {}).flatMap(([name, location]): readonly Fault[] => {
      const provider = location?.provider
      if (provider === undefined || knownProvider(provider) !== undefined || own.includes(provider)) return []
      const s3 = /^(?:s3|minio|b2|backblaze|ceph|rgw|garage|wasabi|r2|cloudflare|seaweedfs)$/i.test(provider)
      const known = knownProvider(provider.toLowerCase())
      const remedy = known !== undefined ? `write provider: ${known}` : s3 ? 'write provider: aws with config.s3Url; it is the plugin for everything that speaks S3' : `add plugins: { ${provider}: <image with tag> }, or use one of ${knownProviders.join(', ')}`
      return [fault('provider-without-plugin', [...veleroPath, section, name, 'provider'], `no plugin serves the provider ${JSON.stringify(provider)} of location ${name}`, remedy)]
    }),
  )
})

const officialPlugin = /velero-plugin-for-(aws|microsoft-azure|gcp|csi)(?:$|[@:])/

/** A plugin of another release train is loaded and then fails in the middle of a backup. */
export const pluginsFitVelero: Check = ofVelero((velero) =>
  Object.entries(velero.plugins ?? {}).flatMap(([provider, image]): readonly Fault[] => {
    const path = [...veleroPath, 'plugins', provider]
    if (image === undefined) return []
    const kind = officialPlugin.exec(image)?.[1]
    if (kind === 'csi') return [fault('plugin-built-in', path, 'CSI is part of Velero since 1.14, and its old plugin keeps the server from starting', 'remove it; enableSnapshotBackups is enough')]
    const tag = /:([^/:@]+)(?:@|$)/.exec(image)?.[1]
    if (tag === undefined || tag === 'latest' || tag === 'main') return image.includes('@sha256:') ? [] : [warning('plugin-unpinned', path, `plugin ${image} names no version, so a restart may bring another one`, `write a tag, e.g. ${exampleOf(provider)}`)]
    return kind === undefined ? [] : wrongVersion(velero, path, image, tag)
  }),
)

function wrongVersion({ chart }: DraftVelero, path: readonly (string | number)[], image: string, tag: string): readonly Fault[] {
  const minor = /^v?(\d+\.\d+)\./.exec(tag)?.[1]
  // Of a chart of one's own choice it is not known which Velero it brings.
  if (minor === undefined || (chart?.version !== undefined && chart.version !== veleroChartVersion)) return []
  const fits = pluginGoesWith[minor]
  if (fits === veleroMinor) return []
  const wanted = Object.keys(pluginGoesWith).find((one) => pluginGoesWith[one] === veleroMinor) ?? ''
  return [fault('plugin-version', path, `plugin ${image} goes with Velero ${fits === undefined ? 'of another version' : fits}, and chart ${veleroChartVersion} brings ${veleroMinor}`, `use v${wanted}.x`)]
}

function exampleOf(provider: string): string {
  const known = knownProvider(provider)
  return known === undefined ? 'v1.0.0' : pluginImages[known]
}
