/** Terraform's JSON syntax: strings are templates, so what is meant literally is escaped. Source: "JSON Configuration Syntax" of both tools. */
import type { EncodedFile } from '../encoded-file.ts'
import { fileMarkBegins } from '../encoded-file.ts'

/** A text that stays as it is, whatever looks like a template in it. */
export function literal(text: string): string {
  return text.replaceAll(/[$%]\{/g, (begin) => `${begin.charAt(0)}${begin}`)
}

/** Names of resources: letters, digits, "_" and "-", beginning with a letter or "_". */
export function identifier(text: string): string {
  const safe = text.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`
}

/** A file below a module, as an expression; `path` holds no quote, backslash or template by construction. */
export function insideModule(path: string): string {
  return `\${path.module}/${path}`
}

/** `"//"` is Terraform's own place for a comment in JSON. */
export function terraformFile(path: string, body: Readonly<Record<string, unknown>>): EncodedFile {
  const mark = `${fileMarkBegins.slice(2)}from the declaration: change that. What is edited here is noticed and stops the next render.`
  return { path, content: `${JSON.stringify({ '//': mark, ...body }, undefined, 2)}\n` }
}
