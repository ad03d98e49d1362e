/** The shape of the wire tables under `data/`: what a .proto file says, as plain data. */
export interface FieldSchema {
  readonly number: number
  /** A scalar, a message, an enum, or a `google.protobuf` wrapper. */
  readonly type?: string
  /** Key and value types of a map; only string maps are in use. */
  readonly map?: readonly string[]
  readonly repeated?: boolean
  readonly oneof?: string
  /** Never to be logged (the spec's `csi_secret`). */
  readonly secret?: boolean
  readonly alpha?: boolean
}

export interface MessageSchema {
  readonly fields: Readonly<Record<string, FieldSchema>>
}

export interface MethodSchema {
  readonly request: string
  readonly response: string
  readonly alpha?: boolean
}

export interface WireSchema {
  readonly package: string
  readonly services: Readonly<Record<string, Readonly<Record<string, MethodSchema>>>>
  readonly messages: Readonly<Record<string, MessageSchema>>
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** `volume_id` → `volumeId`, as protobuf's JSON mapping does. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
