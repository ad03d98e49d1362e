/** The published API schema as the lab reads it. Numbers arrive as strings in places, flags as 0 and 1. */
export interface Property {
  readonly type?: string
  readonly description?: string
  readonly optional?: number | string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string | Readonly<Record<string, Property>>
  readonly pattern?: string
  readonly minimum?: number | string
  readonly maximum?: number | string
  readonly minLength?: number | string
  readonly maxLength?: number | string
  readonly requires?: string
  readonly alias?: string
  readonly keyAlias?: string
  readonly default_key?: number | string
  readonly properties?: Readonly<Record<string, Property>>
  readonly items?: Property
  readonly additionalProperties?: unknown
  readonly oneOf?: readonly Property[]
}

/** `["perm", "/vms/{vmid}", ["VM.Audit"], "any", 1]`, `["or", check, check]`, … */
export type PermissionCheck = readonly unknown[]

export interface SchemaMethod {
  /** `/nodes/{node}/qemu/{vmid}/config` */
  readonly path: string
  readonly method: string
  readonly parameters?: Property
  readonly returns?: Property
  /** Absent: root@pam only. */
  readonly permissions?: { readonly check?: PermissionCheck; readonly user?: string; readonly description?: string }
  readonly protected?: number | string
  readonly proxyto?: string
  readonly allowtoken?: number | string
}

export function isOn(flag: number | string | undefined): boolean {
  return flag !== undefined && Number(flag) !== 0
}
