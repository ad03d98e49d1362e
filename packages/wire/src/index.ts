/** The wire formats live under sub-paths, so that each is loaded only by who speaks it: `csi`, `registration`, `proxmox-schema`, `kubernetes`. */
export type { Codec, Encodable } from './codec.ts'
export type { FieldSchema, MessageSchema, MethodSchema, WireSchema } from './message-schema.ts'
