import type { PlatformSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolvePlatform(spec: DeclaredSpec): PlatformSpec {
  return { distribution: 'kubernetes', kubeletRoot: spec.driver?.kubeletRoot ?? '/var/lib/kubelet', imageMirrors: {}, imageDigests: {}, chartMirrors: {} }
}
