/** Reviews are answered and not kept. The lab lets everyone do everything. */
import type { JsonObject } from './json.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }

const answers: Readonly<Record<string, JsonObject>> = {
  'selfsubjectaccessreviews.authorization.k8s.io': { allowed: true, reason: 'the lab allows everything' },
  'selfsubjectrulesreviews.authorization.k8s.io': { resourceRules: [everything], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }], incomplete: false },
  'selfsubjectreviews.authentication.k8s.io': { userInfo: { username: 'system:admin', groups: ['system:masters', 'system:authenticated'] } },
}

/** undefined: not a review. */
export function reviewed(resource: Resource, review: JsonObject): JsonObject | undefined {
  const status = answers[resourceName(resource)]
  return status === undefined ? undefined : { metadata: {}, ...review, status }
}
