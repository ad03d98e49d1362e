/** What was seen that may never be. The first one ends a schedule. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly rule: Rule
  constructor(rule: Rule, message: string) {
    super(`${rule}: ${message}`)
    this.rule = rule
  }
}

/** From "What may never happen" of the design. */
export type Rule =
  | 'attached for writing twice'
  | 'data lost'
  | 'attached disk deleted'
  | 'foreign disk deleted'
  | 'foreign disk written'
  | 'answered before it was true'
  | 'hang'
  | 'disk left behind'
