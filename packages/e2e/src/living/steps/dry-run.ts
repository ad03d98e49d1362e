/** Every object of the plan, as a strict server-side dry run: accepted, and not one warning. */
import type { KubernetesClient } from '@stowage/kubernetes'
import type { Plan } from '@stowage/module'
import type { Exchange } from '../traffic.ts'
import { allowedWarning } from '../warnings.ts'

export interface DryRunServer {
  readonly client: KubernetesClient
  exchanges(): readonly Exchange[]
}

/** Answers with a sentence; throws with all that is refused or warned of. Namespaces and definitions have to be there. */
export async function dryRunAll({ objects }: Plan, { client, exchanges }: DryRunServer): Promise<string> {
  exchanges()
  const faults: string[] = []
  for (const { id, object } of objects) {
    try {
      await client.apply(object, { dryRun: true, force: true })
    } catch (error) {
      faults.push(`${id}: ${error instanceof Error ? error.message : String(error)}`)
    }
    faults.push(...warningsOf(exchanges()).map((warning) => `${id}: warning: ${warning}`))
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return `${objects.length} objects`
}

export function warningsOf(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.flatMap(({ warnings }) => warnings).filter((warning) => !allowedWarning(warning))
}
