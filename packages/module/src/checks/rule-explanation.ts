/** What a rule of a declaration's findings means, why it is one, and what to do. */
export interface RuleExplanation {
  readonly means: string
  readonly why: string
  readonly fix: string
}
