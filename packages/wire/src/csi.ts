/**
 * The Container Storage Interface v1.13.0. Messages are plain objects in camelCase: enums by name, int64 as safe numbers, wrappers as
 * their value, oneofs as optional members of which at most one is there.
 */
import { createCodec, type Encodable } from './codec.ts'
import type { Messages } from './csi-types.ts'
import schema from './data/csi.json' with { type: 'json' }
import type { WireSchema } from './message-schema.ts'

export type { Encodable } from './codec.ts'
export * from './csi-types.ts'
export type MessageName = keyof Messages & string

const wireSchema: WireSchema = schema
const codec = createCodec<Messages>(wireSchema)

/** Throws `invalid` for what the message cannot hold; a field left out is its default. */
export function encode<Name extends MessageName>(name: Name, message: Encodable<Messages[Name]>): Uint8Array {
  return codec.encode(name, message)
}

/** Throws `invalid` for bytes that are no such message. */
export function decode<Name extends MessageName>(name: Name, bytes: Uint8Array): Messages[Name] {
  return codec.decode(name, bytes)
}

/** A copy for logs, in which every field marked `csi_secret` is `«redacted»`. */
export function withoutSecrets(name: MessageName, message: unknown): unknown {
  return codec.withoutSecrets(name, message)
}

/** Fields marked `csi_secret`, as `Message.field` in camelCase. */
export const secretFields: readonly string[] = Object.entries(wireSchema.messages).flatMap(([message, { fields }]) =>
  Object.entries(fields)
    .filter(([, { secret }]) => secret === true)
    .map(([field]) => `${message}.${field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}`),
)
