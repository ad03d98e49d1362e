import type { Part, Word } from './syntax.ts'
import { SyntaxFault } from './syntax.ts'

export type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly plain: string | undefined }
  | { readonly kind: 'operator'; readonly text: string; readonly fd: number | undefined }
  | { readonly kind: 'newline' }

const operators = ['&&', '||', ';;', '>>', '>&', '<<', '<', '>', '|', '&', ';', '(', ')']

/** Cuts a script into words and operators. Here-documents are read where their line ends. */
export function tokenize(script: string): Token[] {
  return new Lexer(script).tokens()
}

class Lexer {
  private readonly text: string
  private at = 0
  private readonly out: Token[] = []

  constructor(text: string) {
    this.text = text
  }

  tokens(): Token[] {
    while (this.at < this.text.length) this.step()
    return this.out
  }

  private step(): void {
    const character = this.text[this.at] ?? ''
    if (character === '\n') {
      this.at += 1
      this.out.push({ kind: 'newline' })
      this.hereDocument()
    } else if (/[ \t\r]/.test(character)) this.at += 1
    else if (this.text.startsWith('\\\n', this.at)) this.at += 2
    else if (character === '#') this.at = this.endOfLine()
    else this.operatorOrWord()
  }

  private operatorOrWord(): void {
    const numbered = /^(\d)(>>|>&|>|<)/.exec(this.text.slice(this.at, this.at + 4))
    const operator = numbered?.[2] ?? operators.find((one) => this.text.startsWith(one, this.at))
    if (operator === undefined) return this.word()
    this.at += operator.length + (numbered === null ? 0 : 1)
    this.out.push({ kind: 'operator', text: operator, fd: numbered === null ? undefined : Number(numbered[1]) })
  }

  private word(): void {
    const parts: Part[] = []
    const start = this.at
    while (this.at < this.text.length && !/[\s;&|<>()]/.test(this.text[this.at] ?? '')) parts.push(...this.part())
    const raw = this.text.slice(start, this.at)
    this.out.push({ kind: 'word', word: parts, plain: /^[^'"\\$`]+$/.test(raw) ? raw : undefined })
  }

  private part(): Part[] {
    const character = this.text[this.at] ?? ''
    if (character === "'") return [{ kind: 'text', text: this.until("'"), quoted: true }]
    if (character === '"') return this.doubleQuoted()
    if (character === '\\') {
      this.at += 2
      return [{ kind: 'text', text: this.text[this.at - 1] ?? '\\', quoted: true }]
    }
    if (character === '$' || character === '`') return [this.dollar(false)]
    const plain = /^[^\s;&|<>()'"\\$`]+/.exec(this.text.slice(this.at))?.[0] ?? character
    this.at += plain.length
    return [{ kind: 'text', text: plain, quoted: false }]
  }

  private until(quote: string): string {
    const end = this.text.indexOf(quote, this.at + 1)
    if (end === -1) throw new SyntaxFault('unterminated quoted string')
    const inner = this.text.slice(this.at + 1, end)
    this.at = end + 1
    return inner
  }

  private doubleQuoted(): Part[] {
    this.at += 1
    const parts: Part[] = [{ kind: 'text', text: '', quoted: true }]
    let text = ''
    const flush = (): void => {
      if (text !== '') parts.push({ kind: 'text', text, quoted: true })
      text = ''
    }
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined) throw new SyntaxFault('unterminated quoted string')
      if (character === '"') break
      if (character === '$' || character === '`') {
        flush()
        parts.push(this.dollar(true))
      } else if (character === '\\' && /["\\$`\n]/.test(this.text[this.at + 1] ?? '')) {
        if (this.text[this.at + 1] !== '\n') text += this.text[this.at + 1]
        this.at += 2
      } else {
        text += character
        this.at += 1
      }
    }
    flush()
    this.at += 1
    return parts
  }

  private dollar(quoted: boolean): Part {
    if (this.text[this.at] === '`') return { kind: 'command', script: this.until('`'), quoted }
    const rest = this.text.slice(this.at)
    if (rest.startsWith('$((')) return { kind: 'arithmetic', expression: this.enclosed('$((', '))'), quoted }
    if (rest.startsWith('$(')) return { kind: 'command', script: this.parenthesised(), quoted }
    if (rest.startsWith('${')) return braced(this.enclosed('${', '}'), quoted)
    const name = /^\$([A-Za-z_]\w*|[0-9?$#@*!-])/.exec(rest)?.[1]
    if (name === undefined) {
      this.at += 1
      return { kind: 'text', text: '$', quoted }
    }
    this.at += name.length + 1
    return { kind: 'variable', name, operator: '', word: '', quoted }
  }

  private enclosed(open: string, close: string): string {
    const end = this.text.indexOf(close, this.at + open.length)
    if (end === -1) throw new SyntaxFault(`missing '${close}'`)
    const inner = this.text.slice(this.at + open.length, end)
    this.at = end + close.length
    return inner
  }

  private parenthesised(): string {
    const start = this.at + 2
    let depth = 1
    for (this.at = start; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at]
      if (character === "'" && depth > 0) {
        this.until("'")
        this.at -= 1
      } else if (character === '(') depth += 1
      else if (character === ')' && --depth === 0) {
        this.at += 1
        return this.text.slice(start, this.at - 1)
      }
    }
    throw new SyntaxFault("missing ')'")
  }

  private endOfLine(): number {
    const end = this.text.indexOf('\n', this.at)
    return end === -1 ? this.text.length : end
  }

  private hereDocument(): void {
    const index = this.out.findIndex((token, at) => token.kind === 'operator' && token.text === '<<' && this.out[at + 1]?.kind === 'word' && !this.read.has(at))
    if (index === -1) return
    this.read.add(index)
    const delimiter = this.out[index + 1]
    if (delimiter?.kind !== 'word') return
    const name = delimiter.word.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    const literal = delimiter.word.some((part) => part.kind === 'text' && part.quoted)
    const lines: string[] = []
    for (;;) {
      if (this.at >= this.text.length) throw new SyntaxFault(`the here-document ends without ${name}`)
      const line = this.text.slice(this.at, this.endOfLine())
      this.at = Math.min(this.text.length, this.endOfLine() + 1)
      if (line === name) break
      lines.push(`${line}\n`)
    }
    this.out[index + 1] = { kind: 'word', plain: undefined, word: literal ? [{ kind: 'text', text: lines.join(''), quoted: true }] : new Lexer(`"${lines.join('').replaceAll('"', '\\"')}"`).doubleQuoted() }
  }

  private readonly read = new Set<number>()
}

function braced(inner: string, quoted: boolean): Part {
  const match = /^(#?)([A-Za-z_]\w*|[0-9?#@*])(?:(:?[-+=?]|##?|%%?)(.*))?$/s.exec(inner)
  if (match === null) throw new SyntaxFault(`bad substitution: \${${inner}}`)
  const [, length, name = '', operator = '', word = ''] = match
  return { kind: 'variable', name, operator: length === '#' ? 'length' : operator, word, quoted }
}
