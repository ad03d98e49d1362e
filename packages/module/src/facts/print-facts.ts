/** Facts as a file: one line for each, so that two gatherings can be compared line by line. */
import type { Facts } from './facts.ts'

/** YAML of `kind: Facts`, which `readFacts` reads back to the same facts. `comments` stand at its top. */
export function printFacts(facts: Facts, comments: readonly string[] = []): string {
  const lines = facts.map(({ object, property, value, source, time }) => `  - ${JSON.stringify({ object, property, value, source, ...(time === undefined ? {} : { time }) })}\n`)
  const head = comments.flatMap((comment) => comment.split('\n')).map((line) => `# ${line}\n`)
  return `${head.join('')}apiVersion: stowage.dev/v1alpha1\nkind: Facts\n${lines.length === 0 ? 'seen: []\n' : `seen:\n${lines.join('')}`}`
}
