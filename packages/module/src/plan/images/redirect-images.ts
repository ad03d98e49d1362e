/** Mirrors and digests, put over a finished plan: every image that the plan runs, those of charts too. Pure. */
import { isMap } from '@stowage/core'
import type { PlatformSpec } from '../../spec/cluster-spec.ts'
import type { HelmRelease, KubernetesObject, Plan, PlannedObject } from '../plan.ts'
import { chartImages, type ChartImage } from './chart-images.ts'
import { formatImage, mirrored, parseImage, redirected } from './image-name.ts'

type Tree = Readonly<Record<string, unknown>>
type Images = Pick<PlatformSpec, 'imageMirrors' | 'imageDigests'>

/** Kinds in which a field `image` is an image that is run. */
const runners = new Set(['Deployment', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob', 'CephCluster'])

export function redirectImages(plan: Plan, platform: PlatformSpec): Plan {
  const nothing = [platform.imageMirrors, platform.imageDigests, platform.chartMirrors].every((each) => Object.keys(each).length === 0)
  if (nothing) return plan
  return {
    ...plan,
    objects: plan.objects.map((planned) => redirectedObject(planned, platform)),
    helmReleases: plan.helmReleases.map((release) => redirectedRelease(release, platform)),
    notes: [...plan.notes, ...plan.helmReleases.flatMap((release) => beyondReach(release, platform))],
  }
}

function redirectedObject(planned: PlannedObject, images: Images): PlannedObject {
  if (!runners.has(planned.object.kind)) return planned
  const { apiVersion, kind, metadata, ...rest } = planned.object
  const object: KubernetesObject = { apiVersion, kind, metadata, ...inMap(rest, images) }
  return { ...planned, object }
}

function redirectedRelease(release: HelmRelease, platform: PlatformSpec): HelmRelease {
  const values = (chartImages[release.chart.name] ?? []).reduce((sofar, image) => withImage(sofar, image, platform), inMap(release.values, platform))
  const repository = mirrored(release.chart.repository.replace(/\/$/, ''), platform.chartMirrors)
  return { ...release, chart: { ...release.chart, repository }, values }
}

function inMap(tree: Tree, images: Images): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, key === 'image' && typeof value === 'string' && value !== '' ? imageText(value, images) : inValue(value, images)]))
}

function inValue(value: unknown, images: Images): unknown {
  if (Array.isArray(value)) return value.map((item) => inValue(item, images))
  return isMap(value) ? inMap(value, images) : value
}

function imageText(text: string, images: Images): string {
  const image = redirected(parseImage(text), images)
  return image === undefined ? text : formatImage(image)
}

/** What the values say of an image stands before what the chart would take. */
function withImage(values: Tree, { at, image, form, digestKey }: ChartImage, images: Images): Tree {
  const declared = treeAt(values, at)
  const own = parseImage(image)
  const repository = textOf(declared['repository']) ?? own.repository
  const asked = textOf(declared['tag']) ?? own.tag
  const wanted = redirected({ repository, ...(asked === undefined ? {} : { tag: asked }) }, images)
  if (wanted === undefined) return values
  const tag = wanted.digest === undefined || digestKey ? wanted.tag : `${wanted.tag ?? ''}@${wanted.digest}`
  const set = { ...declared, repository: wanted.repository, ...(tag === undefined ? {} : { tag }), ...(digestKey && wanted.digest !== undefined ? { digest: wanted.digest } : {}) }
  // A repository with a leading slash would get the chart-wide registry in front; ours never has one.
  return withAt(values, at, form === 'base' ? { ...set, repository: wanted.repository.replace(/^\//, '') } : set)
}

function withAt(tree: Tree, [key, ...rest]: readonly string[], value: unknown): Tree {
  if (key === undefined) return tree
  const inner = tree[key]
  return { ...tree, [key]: rest.length === 0 ? value : withAt(isMap(inner) ? inner : {}, rest, value) }
}

function treeAt(tree: Tree, path: readonly string[]): Tree {
  const found = path.reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), tree)
  return isMap(found) ? found : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Images that a chart runs and for which its pinned values have no key. */
const unreachable: Readonly<Record<string, readonly string[]>> = {
  'rook-ceph': ['the image of its subchart ceph-csi-operator'],
  'ceph-csi-operator': ['its own image, and those of the drivers that it starts'],
}

function beyondReach({ chart }: HelmRelease, { imageMirrors }: PlatformSpec): readonly string[] {
  if (Object.keys(imageMirrors).length === 0) return []
  return (unreachable[chart.name] ?? []).map((image) => `chart ${chart.name} also runs ${image}: platform.imageMirrors cannot reach it; set it in the chart’s values`)
}
