import type { DeclaredVelero } from '../schema/velero.ts'
import { withoutUndefined } from '../without-undefined.ts'

type DeclaredHook = NonNullable<DeclaredVelero['hooks']>[string]
type DeclaredCommand = NonNullable<DeclaredHook['pre']>[number]

/** An entry of a BackupSpec's hooks.resources. */
export function hookOf(name: string, { includedNamespaces, excludedNamespaces, labelSelector, pre, post }: DeclaredHook): Readonly<Record<string, unknown>> {
  return {
    name,
    ...withoutUndefined({ includedNamespaces, excludedNamespaces, labelSelector }),
    ...(pre === undefined ? {} : { pre: pre.map(exec) }),
    ...(post === undefined ? {} : { post: post.map(exec) }),
  }
}

function exec(command: DeclaredCommand): object {
  return { exec: withoutUndefined(command) }
}
