/** An image by its parts, and what mirrors and digests make of it. */
import type { PlatformSpec } from '../../spec/cluster-spec.ts'

export interface ImageName {
  /** With registry: `docker.io/velero/velero`. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

/** Docker's own short forms are made whole: `busybox` is docker.io/library/busybox (distribution's reference grammar). */
export function parseImage(text: string): ImageName {
  const [beforeDigest = '', digest] = text.split('@')
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const name = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1)
  return { repository: withRegistry(name), ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

function withRegistry(name: string): string {
  const [first = '', ...rest] = name.split('/')
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) return name
  return rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`
}

export function formatImage({ repository, tag, digest }: ImageName): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** undefined when neither a mirror nor a digest says anything of it: then the text stays as it was written. */
export function redirected(image: ImageName, { imageMirrors, imageDigests }: Pick<PlatformSpec, 'imageMirrors' | 'imageDigests'>): ImageName | undefined {
  const repository = mirrored(image.repository, imageMirrors)
  const digest = image.digest ?? imageDigests[formatImage(image)]
  if (repository === image.repository && digest === image.digest) return undefined
  return { repository, ...(image.tag === undefined ? {} : { tag: image.tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The longest prefix that ends at a slash wins. */
export function mirrored(name: string, mirrors: Readonly<Record<string, string>>): string {
  const prefix = Object.keys(mirrors)
    .filter((each) => name === each || name.startsWith(`${each}/`))
    .reduce((longest, each) => (each.length > longest.length ? each : longest), '')
  return prefix === '' ? name : `${mirrors[prefix] ?? prefix}${name.slice(prefix.length)}`
}
