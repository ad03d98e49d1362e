/** The grammar of label selectors, token by token: apimachinery's labels/selector.go, whose errors users see. */
import { badRequest } from './failures.ts'

export type Operator = 'in' | 'notin' | '=' | '!=' | '>' | '<' | 'exists' | '!'

export interface LabelTerm {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

const binary = ['=', '==', '!=', 'in', 'notin', '>', '<']
const special = new Set(['=', '!', '(', ')', ',', '>', '<'])
/** An empty text is the end. */
const end = ''

function tokensOf(selector: string): readonly string[] {
  const tokens = selector.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? []
  return [...tokens, end]
}

const isWord = (token: string): boolean => token !== end && !special.has(token) && token !== '==' && token !== '!='

class Parser {
  readonly #tokens: readonly string[]
  #position = 0

  constructor(selector: string) {
    this.#tokens = tokensOf(selector)
  }

  peek(): string {
    return this.#tokens[this.#position] ?? end
  }

  take(): string {
    const token = this.peek()
    this.#position += 1
    return token
  }
}

/** Throws 400 with the server's words. */
export function parseLabelSelector(selector: string): readonly LabelTerm[] {
  const parser = new Parser(selector)
  const terms: LabelTerm[] = []
  for (;;) {
    if (parser.peek() === end) return terms
    if (!isWord(parser.peek()) && parser.peek() !== '!') throw badRequest(`found '${parser.peek()}', expected: !, identifier, or 'end of string'`)
    terms.push(termOf(parser))
    const next = parser.take()
    if (next === end) return terms
    if (next !== ',') throw badRequest(`found '${next}', expected: ',' or 'end of string'`)
    if (!isWord(parser.peek()) && parser.peek() !== '!') throw badRequest(`found '${parser.peek()}', expected: identifier after ','`)
  }
}

function refuse(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`)
}

function termOf(parser: Parser): LabelTerm {
  const isNegated = parser.peek() === '!'
  if (isNegated) parser.take()
  const key = parser.take()
  if (!isWord(key)) throw refuse(`found '${key}', expected: identifier`)
  if (parser.peek() === end || parser.peek() === ',') return { key, operator: isNegated ? '!' : 'exists', values: [] }
  const operator = parser.take()
  if (!binary.includes(operator)) throw refuse(`found '${operator}', expected: ${binary.join(', ')}`)
  if (operator === 'in' || operator === 'notin') return { key, operator, values: valuesOf(parser) }
  return { key, operator: oneValued(operator), values: [exactValue(parser)] }
}

function oneValued(operator: string): Operator {
  if (operator === '!=' || operator === '>' || operator === '<') return operator
  return '='
}

function exactValue(parser: Parser): string {
  if (parser.peek() === end || parser.peek() === ',') return ''
  const value = parser.take()
  if (!isWord(value)) throw refuse(`found '${value}', expected: identifier`)
  return value
}

function valuesOf(parser: Parser): readonly string[] {
  const open = parser.take()
  if (open !== '(') throw refuse(`found '${open}' expected: '('`)
  const values: string[] = []
  let last = ''
  for (;;) {
    const token = parser.take()
    if (token === ')') return [...values, last]
    if (token === ',') {
      values.push(last)
      last = ''
    } else if (isWord(token) && last === '') last = token
    else throw refuse(isWord(token) || last !== '' ? `found '${token}', expected: ',' or ')'` : `found '${token}', expected: ',', or identifier`)
  }
}
