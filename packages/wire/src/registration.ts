/** The kubelet's plugin registration service, `pluginregistration.Registration`, as a CSI driver serves it on its registration socket. */
import { createCodec, type Encodable } from './codec.ts'
import schema from './data/plugin-registration.json' with { type: 'json' }
import type { WireSchema } from './message-schema.ts'
import type { Messages } from './registration-types.ts'

export type { Encodable } from './codec.ts'
export * from './registration-types.ts'
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
