/** What a rule of a declaration's findings means, why it is one, and what to do. */
export interface RuleExplanation {
  readonly means: string
  readonly why: string
  readonly fix: string
  /** An error of this rule may be accepted in the declaration (`spec.accept`). Default: false. */
  readonly acceptable?: boolean
  /** What the rule keeps from happening would destroy data: it can never be accepted. */
  readonly destroysData?: boolean
}
