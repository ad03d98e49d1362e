/**
 * Prints plain data as YAML blocks that readers of YAML 1.1 (kubectl) and 1.2 understand alike. The library that reads YAML here
 * also prints it, but takes 0.2 ms an object, seconds for a large plan; tests hold what is printed here to what that library reads.
 */
import { isMap } from '@stowage/core'

/** One document without `---`, ending in a newline. Throws TypeError for what JSON cannot hold. */
export function printYaml(value: unknown): string {
  // The first character is the blank or the newline that would follow a key.
  return `${block(value, '').slice(1)}\n`
}

/** What follows `key:` or `-`: a space and a scalar, or a newline and a block indented by `indent`. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) return value.map((item: unknown) => `\n${indent}-${listed(item, indent)}`).join('')
  const inner = isMap(value) ? entries(value, indent) : ''
  return inner === '' ? ` ${scalar(value, indent)}` : inner
}

/** A map in a list begins in the line of its dash. */
function listed(item: unknown, indent: string): string {
  const inner = `${indent}  `
  const text = block(item, inner)
  return isMap(item) && text.startsWith('\n') ? ` ${text.slice(1 + inner.length)}` : text
}

/** Each on a line of its own, beginning with a newline; empty when there are none. */
function entries(map: Readonly<Record<string, unknown>>, indent: string): string {
  let text = ''
  for (const key of Object.keys(map)) {
    const value = map[key]
    if (value !== undefined) text += `\n${indent}${plainOrQuoted(key)}:${block(value, `${indent}  `)}`
  }
  return text
}

function scalar(value: unknown, indent: string): string {
  if (typeof value === 'string') return value.includes('\n') && isLiteral(value) ? literal(value, indent === '' ? '  ' : indent) : plainOrQuoted(value)
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : decimal(value)
  if (typeof value === 'boolean' || value === null) return String(value)
  if (Array.isArray(value)) return '[]'
  if (isMap(value)) return '{}'
  throw new TypeError(`${typeof value} cannot be written as YAML`)
}

/** YAML 1.1 takes 1e21 for a text, and 1.0e+21 for the number. */
function decimal(value: number): string {
  const text = String(value)
  const [, mantissa = text, exponent] = /^(.*)e(.*)$/.exec(text) ?? []
  return exponent === undefined ? text : `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent}`
}

/** Names, paths, flags, images, amounts: texts that no version of YAML takes for something else. */
const plain = /^(?:--?[a-z]|[A-Za-z/])[\w./()$-]*(?:[:=@+,][\w./()$-]+)*$|^\d+(?:\.\d+)?(?:[KMGTPE]i|m)$/
/** Words that YAML 1.1 or 1.2 takes for a boolean, null or a number; some readers of 1.1 take e5 for one. */
const reserved = /^(?:y|yes|n|no|on|off|true|false|null|-?e-?\d+)$/i

function plainOrQuoted(text: string): string {
  return plain.test(text) && !reserved.test(text) ? text : quoted(text)
}

/** JSON's strings are YAML's, but for a few characters that YAML wants escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Whether a text of several lines can stand as it is: nothing invisible, no blank at the end of a line or the beginning of the first. */
function isLiteral(text: string): boolean {
  return /^[^\s]/.test(text) && !/[^\n\x20-\x7E]| \n| $|\n\n$/.test(text)
}

function literal(text: string, indent: string): string {
  const ends = text.endsWith('\n')
  const body = ends ? text.slice(0, -1) : text
  return `${ends ? '|' : '|-'}\n${body.split('\n').map((line) => (line === '' ? '' : indent + line)).join('\n')}`
}
