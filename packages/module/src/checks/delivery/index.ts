/** What would reach a repository or a tool through spec.delivery. */
import { fault, type Check } from '../check.ts'

export const deliveryChecks: readonly Check[] = [
  repositoryHasNoPassword, // Applications are committed and shown
]

function repositoryHasNoPassword({ draft }: Parameters<Check>[0]): ReturnType<Check> {
  const url = draft.spec?.delivery?.argocd?.repoURL
  if (url === undefined || !holdsCredentials(url)) return []
  // The URL itself is not repeated: findings end in logs.
  return [fault('repository-credentials', ['spec', 'delivery', 'argocd', 'repoURL'], 'the repository’s URL holds a user or a password', 'if it was a password or a token, revoke it and give Argo CD the new one in a repository Secret; write the URL without what stands before "@"')]
}

/** Over https a user alone may be a token; over ssh it is the account of the server. */
function holdsCredentials(url: string): boolean {
  return /^https?:\/\/[^/]*@/i.test(url) || /^[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(url)
}
