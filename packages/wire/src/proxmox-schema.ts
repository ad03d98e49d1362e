/**
 * Proxmox VE's published API schema: every path and method with parameters, permissions and returns. Half a megabyte of data, so only who
 * needs it imports this file; nothing else in this room does.
 */
import schema from './data/pve-api.json' with { type: 'json' }

/** JSON Schema as Proxmox speaks it: `optional` instead of `required`, 0 and 1 for booleans, named formats. */
export interface ProxmoxTypeSchema {
  readonly type?: string
  /** 1 when it may be left out. */
  readonly optional?: number
  readonly default?: unknown
  /** A named format (`pve-vmid`), or the members of a comma-separated text such as a drive. */
  readonly format?: string | Readonly<Record<string, ProxmoxTypeSchema>>
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, ProxmoxTypeSchema>>
  readonly items?: ProxmoxTypeSchema
  /** 0: unknown parameters are refused. */
  readonly additionalProperties?: unknown
  /** A parameter that has to be given with this one. */
  readonly requires?: string
  /** In a `format`: the key may be left out, `volid,size=1G` for `file=volid,size=1G`. */
  readonly default_key?: number
  /** In a `format`: the name of the member that this one is another word for. */
  readonly alias?: string
  readonly oneOf?: readonly ProxmoxTypeSchema[]
}

export interface ProxmoxPermissions {
  /** `["perm", "/storage/{storage}", ["Datastore.Audit"], "any", 1]`, `["and", …]`, `["or", …]`, `["userid-param", …]`. */
  readonly check?: readonly unknown[]
  /** `all`: any authenticated user; `world`: everyone. */
  readonly user?: string
}

export interface ProxmoxMethod {
  /** With parameters in braces: `/nodes/{node}/qemu/{vmid}/config`. */
  readonly path: string
  readonly method: string
  readonly name?: string
  readonly parameters?: ProxmoxTypeSchema
  /** Absent: root@pam only. */
  readonly permissions?: ProxmoxPermissions
  readonly returns?: ProxmoxTypeSchema
  readonly protected?: number
  readonly proxyto?: string
  /** 0: not with an API token. */
  readonly allowtoken?: number
}

export interface FoundMethod {
  readonly schema: ProxmoxMethod
  /** The values in the path, percent-decoded. */
  readonly pathParameters: Readonly<Record<string, string>>
}

/** The one parameter that takes the rest of a path: `local:9999/vm-9999-x.raw` holds a slash (pve-storage, `fragmentDelimiter => ''`). */
const restParameter = '/nodes/{node}/storage/{storage}/content/{volume}'

export const proxmoxMethods: readonly ProxmoxMethod[] = schema as readonly unknown[] as readonly ProxmoxMethod[]

/**
 * The method that answers a request, by a concrete path (`/nodes/pve1/qemu/100/config`, without `/api2/json` and query) or by its own path
 * with braces. Fixed parts win over parameters. undefined when Proxmox has no such method.
 */
export function findMethod(method: string, path: string): FoundMethod | undefined {
  const parts = path.replace(/^\/|\/$/g, '').split('/')
  const candidates = proxmoxMethods
    .filter((candidate) => candidate.method === method)
    .flatMap((candidate) => {
      const pathParameters = matchPath(candidate.path, parts)
      return pathParameters === undefined ? [] : [{ schema: candidate, pathParameters }]
    })
  return candidates.toSorted((a, b) => Object.keys(a.pathParameters).length - Object.keys(b.pathParameters).length)[0]
}

/** Whether Proxmox has the path at all, with any method. */
export function hasPath(path: string): boolean {
  const parts = path.replace(/^\/|\/$/g, '').split('/')
  return proxmoxMethods.some((candidate) => matchPath(candidate.path, parts) !== undefined)
}

function matchPath(template: string, parts: readonly string[]): Readonly<Record<string, string>> | undefined {
  const wanted = template.replace(/^\//, '').split('/')
  const takesRest = template === restParameter
  if (takesRest ? parts.length < wanted.length : parts.length !== wanted.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, want] of wanted.entries()) {
    const isLast = index === wanted.length - 1
    const part = takesRest && isLast ? parts.slice(index).join('/') : (parts[index] ?? '')
    const name = /^\{(.+)\}$/.exec(want)?.[1]
    if (name === undefined ? part !== want : part === '') return undefined
    if (name !== undefined) values[name] = percentDecode(part)
  }
  return values
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The schema of one parameter of a method. Numbered ones (`scsi[n]`) are found for `scsi0`, `scsi30`. undefined when the method does not
 * know it.
 */
export function findParameter(method: ProxmoxMethod, name: string): ProxmoxTypeSchema | undefined {
  const properties = method.parameters?.properties ?? {}
  if (Object.hasOwn(properties, name)) return properties[name]
  const numbered = /^(.*?[A-Za-z])(\d+)$/.exec(name)?.[1]
  return numbered === undefined || !Object.hasOwn(properties, `${numbered}[n]`) ? undefined : properties[`${numbered}[n]`]
}
