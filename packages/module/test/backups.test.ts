/** The example and the guide of backups are true today. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { planStorage } from '../src/plan/plan-storage.ts'
import { gfsDefaults } from '../src/spec/resolve/gfs.ts'
import { readDeclaration } from '../src/spec/read.ts'

const here = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')

test('the example checks clean, and its plan holds backups with a copy off site', () => {
  const { spec, findings } = readDeclaration([{ file: 'storage.yaml', text: here('examples/backup/storage.yaml') }])
  expect(findings).toEqual([])
  if (spec === undefined) throw new Error('refused')
  const plan = planStorage(spec)
  expect(plan.objects.filter(({ object }) => object.kind === 'Schedule').map(({ object }) => object.metadata.name)).toEqual(['daily', 'weekly', 'monthly', 'offsite', 'photos'])
  expect(plan.notes).toContain('a copy off site goes to backblaze')
})

test('the guide’s table of tiers is the one that is made', () => {
  const rows = Object.entries(gfsDefaults).map(([tier, { schedule, ttl, kept }]) => `| ${tier} | \`${schedule}\` | ${ttl} | ${kept} |`)
  const guide = here('docs/guides/backups.md')
  for (const row of rows) expect(guide).toContain(row)
})

test('every declaration in the guide can be read', () => {
  const blocks = [...here('docs/guides/backups.md').matchAll(/```yaml\n(spec:[\s\S]*?)```/g)].map(([, text]) => text ?? '')
  expect(blocks.length).toBeGreaterThan(0)
  for (const block of blocks) {
    const { findings } = readDeclaration([{ file: 'guide.md', text: `apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: x }\n${block}` }])
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  }
})
