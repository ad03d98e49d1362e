/** What the small shell understands of POSIX's shell command language. Anything else is a `SyntaxFault`, never a guess. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly operator: string; readonly word: string; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly script: string; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: string; readonly quoted: boolean }

export type Word = readonly Part[]

export interface Redirect {
  readonly fd: number
  readonly operator: '>' | '>>' | '<' | '>&' | '<<'
  /** For `<<` the text itself. */
  readonly target: Word
}

export type Command =
  | { readonly kind: 'simple'; readonly assignments: readonly { readonly name: string; readonly value: Word }[]; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'group'; readonly body: List; readonly subshell: boolean; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'if'; readonly branches: readonly { readonly condition: List; readonly body: List }[]; readonly otherwise: List | undefined; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'while'; readonly until: boolean; readonly condition: List; readonly body: List; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List; readonly redirects: readonly Redirect[] }

export interface Pipeline {
  readonly negated: boolean
  readonly commands: readonly Command[]
}

export interface ListItem {
  readonly pipeline: Pipeline
  /** What stands before it. */
  readonly after: ';' | '&&' | '||'
  readonly background: boolean
}

export type List = readonly ListItem[]

export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault'
}
