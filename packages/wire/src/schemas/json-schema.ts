/** JSON Schema, draft of the publisher. */
export type JsonSchema = Readonly<Record<string, unknown>>
