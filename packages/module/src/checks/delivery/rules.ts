import type { RuleExplanation } from '../rule-explanation.ts'

export const deliveryRules: Readonly<Record<string, RuleExplanation>> = {
  'repository-credentials': {
    means: 'The URL of the repository for Argo CD holds a user or a password.',
    why: 'It stands in every Application that is rendered: in the repository, in the cluster, in the user interface.',
    fix: 'Give Argo CD the credentials in a Secret with the label argocd.argoproj.io/secret-type: repository, and write the URL without them.',
  },
}
