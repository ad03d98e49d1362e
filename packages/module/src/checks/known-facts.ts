/** What is known of nodes and disks, wherever it stands. */
import type { Facts } from '../facts/facts.ts'
import { declaredFacts } from '../facts/written-facts.ts'
import type { Subject } from './check.ts'

/** The facts that the declaration itself writes, and those that came beside it. */
export function knownFacts({ draft, facts }: Pick<Subject, 'draft' | 'facts'>): Facts {
  return [...declaredFacts(draft.spec?.facts), ...facts]
}
