/** What would reach a repository or a tool through spec.delivery. */
import { fault, type Check } from '../check.ts'

export const deliveryChecks: readonly Check[] = [
  repositoryHasNoPassword, // Applications are committed and shown
]

function repositoryHasNoPassword({ draft }: Parameters<Check>[0]): ReturnType<Check> {
  const url = draft.spec?.delivery?.argocd?.repoURL
  if (url === undefined || !/^[a-z+]+:\/\/[^/@\s]*:[^/@\s]*@/i.test(url)) return []
  // The URL itself is not repeated: findings end in logs.
  return [fault('repository-credentials', ['spec', 'delivery', 'argocd', 'repoURL'], 'the repository’s URL holds a password', 'revoke it, and give Argo CD the new one in a repository Secret; write the URL without user and password')]
}
