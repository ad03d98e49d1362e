import type { Token } from './lexer.ts'
import { tokenize } from './lexer.ts'
import type { Command, List, ListItem, Pipeline, Redirect, Word } from './syntax.ts'
import { SyntaxFault } from './syntax.ts'

export function parse(script: string): List {
  const parser = new Parser(tokenize(script))
  const list = parser.list([])
  parser.expectEnd()
  return list
}

const closing = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', '}', 'esac'])
const redirectOperators = new Set(['>', '>>', '<', '>&', '<<'])

class Parser {
  private readonly tokens: Token[]
  private at = 0

  constructor(tokens: Token[]) {
    this.tokens = tokens
  }

  expectEnd(): void {
    const token = this.tokens[this.at]
    if (token !== undefined) throw new SyntaxFault(`syntax error: unexpected ${describe(token)}`)
  }

  /** Up to one of the given words, which stays. */
  list(ends: readonly string[]): List {
    const items: ListItem[] = []
    let after: ListItem['after'] = ';'
    for (;;) {
      this.skipNewlines()
      const token = this.tokens[this.at]
      if (token === undefined || this.isOperator(')')) break
      if (token.kind === 'word' && token.plain !== undefined && (ends.includes(token.plain) || closing.has(token.plain))) break
      const pipeline = this.pipeline()
      const background = this.takeOperator('&')
      items.push({ pipeline, after, background })
      if (this.takeOperator('&&')) after = '&&'
      else if (this.takeOperator('||')) after = '||'
      else {
        after = ';'
        if (!background && !this.takeOperator(';') && !this.takeNewline()) break
        if (background) this.takeOperator(';')
      }
    }
    return items
  }

  private pipeline(): Pipeline {
    const negated = this.takeWord('!')
    const commands = [this.command()]
    while (this.takeOperator('|')) {
      this.skipNewlines()
      commands.push(this.command())
    }
    return { negated, commands }
  }

  private command(): Command {
    if (this.takeWord('if')) return this.conditional()
    if (this.takeWord('while')) return this.loop(false)
    if (this.takeWord('until')) return this.loop(true)
    if (this.takeWord('for')) return this.forLoop()
    if (this.takeWord('{')) {
      const body = this.list(['}'])
      this.expectWord('}')
      return { kind: 'group', body, subshell: false, redirects: this.redirects() }
    }
    if (this.takeOperator('(')) {
      const body = this.list([])
      if (!this.takeOperator(')')) throw new SyntaxFault('syntax error: missing )')
      return { kind: 'group', body, subshell: true, redirects: this.redirects() }
    }
    for (const word of ['case', 'function', 'select']) if (this.isWord(word)) throw new SyntaxFault(`the lab's shell has no '${word}'`)
    return this.simple()
  }

  private conditional(): Command {
    const branches: { condition: List; body: List }[] = []
    do {
      const condition = this.list(['then'])
      this.expectWord('then')
      branches.push({ condition, body: this.list(['elif', 'else', 'fi']) })
    } while (this.takeWord('elif'))
    const otherwise = this.takeWord('else') ? this.list(['fi']) : undefined
    this.expectWord('fi')
    return { kind: 'if', branches, otherwise, redirects: this.redirects() }
  }

  private loop(until: boolean): Command {
    const condition = this.list(['do'])
    return { kind: 'while', until, condition, body: this.doBlock(), redirects: this.redirects() }
  }

  private forLoop(): Command {
    const name = this.tokens[this.at]
    if (name?.kind !== 'word' || name.plain === undefined) throw new SyntaxFault('syntax error: bad for loop variable')
    this.at += 1
    const words: Word[] = []
    this.skipNewlines()
    if (this.takeWord('in')) {
      for (let token = this.tokens[this.at]; token?.kind === 'word'; token = this.tokens[++this.at]) words.push(token.word)
    }
    this.takeOperator(';')
    return { kind: 'for', name: name.plain, words, body: this.doBlock(), redirects: this.redirects() }
  }

  private doBlock(): List {
    this.skipNewlines()
    this.expectWord('do')
    const body = this.list(['done'])
    this.expectWord('done')
    return body
  }

  private simple(): Command {
    const assignments: { name: string; value: Word }[] = []
    const words: Word[] = []
    const redirects: Redirect[] = []
    for (;;) {
      const token = this.tokens[this.at]
      const redirect = this.redirect()
      if (redirect !== undefined) redirects.push(redirect)
      else if (token?.kind === 'word') {
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined
        if (assignment === undefined) words.push(token.word)
        else assignments.push(assignment)
        this.at += 1
      } else break
    }
    if (this.isOperator('(') && words.length === 1) throw new SyntaxFault("the lab's shell has no functions")
    if (assignments.length + words.length + redirects.length === 0) throw new SyntaxFault(`syntax error: unexpected ${describe(this.tokens[this.at])}`)
    return { kind: 'simple', assignments, words, redirects }
  }

  private redirects(): Redirect[] {
    const all: Redirect[] = []
    for (let one = this.redirect(); one !== undefined; one = this.redirect()) all.push(one)
    return all
  }

  private redirect(): Redirect | undefined {
    const token = this.tokens[this.at]
    if (token?.kind !== 'operator' || !redirectOperators.has(token.text)) return undefined
    const target = this.tokens[this.at + 1]
    if (target?.kind !== 'word') throw new SyntaxFault(`syntax error: unexpected ${describe(target)}`)
    this.at += 2
    const operator = token.text as Redirect['operator']
    return { fd: token.fd ?? (operator.startsWith('<') ? 0 : 1), operator, target: target.word }
  }

  private isOperator(text: string): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'operator' && token.text === text
  }

  private takeOperator(text: string): boolean {
    const found = this.isOperator(text)
    if (found) this.at += 1
    return found
  }

  private isWord(text: string): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'word' && token.plain === text
  }

  private takeWord(text: string): boolean {
    const found = this.isWord(text)
    if (found) this.at += 1
    return found
  }

  private expectWord(text: string): void {
    if (!this.takeWord(text)) throw new SyntaxFault(`syntax error: unexpected ${describe(this.tokens[this.at])} (expecting "${text}")`)
  }

  private takeNewline(): boolean {
    const found = this.tokens[this.at]?.kind === 'newline'
    if (found) this.at += 1
    return found
  }

  private skipNewlines(): void {
    while (this.takeNewline());
  }
}

function assignmentOf(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word
  if (first?.kind !== 'text' || first.quoted) return undefined
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text)
  if (match === null) return undefined
  return { name: match[1] ?? '', value: [{ ...first, text: match[2] ?? '' }, ...rest] }
}

function describe(token: Token | undefined): string {
  if (token === undefined) return 'end of file'
  if (token.kind === 'newline') return 'newline'
  return token.kind === 'operator' ? `"${token.text}"` : `"${token.plain ?? 'word'}"`
}
