import type { RuleExplanation } from '../rule-explanation.ts'

export const secretsRules: Readonly<Record<string, RuleExplanation>> = {
  'secret-of-two-sources': { means: 'Two sources for one Secret, or for one key of it.', why: 'Each would write over the other, and a renewed credential would come and go.', fix: 'Keep one.' },
  'secret-without-source': { means: 'An entry of spec.secrets that says nothing of where the content comes from.', why: 'No Secret would be made.', fix: 'Add externalSecret, environment or file, or remove the entry when somebody else makes the Secret.' },
  'secret-lacks-key': { means: 'A Secret without a key that is read from it.', why: 'The driver would not start.', fix: 'Add the key that is named.' },
  'secret-elsewhere': { means: 'A Secret in another namespace than the one that reads it.', why: 'A Secret is seen in its own namespace only.', fix: 'Leave the namespace out, or declare the other Secret, too.' },
}
