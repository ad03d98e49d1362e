import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readValue } from '../../../spec/read.ts'
import { applyEdit } from './edit.ts'
import { smallestEdits } from './smallest-edits.ts'

const example: unknown = parse(readFileSync(fileURLToPath(new URL('../../../../test/document-003.yaml', import.meta.url)), 'utf8'))

test('document 003’s example: three edits, the smallest and safest first', () => {
  expect(smallestEdits(example).map(({ text, cost }) => ({ text, cost }))).toMatchInlineSnapshot(`
    [
      {
        "cost": "a pool without its class uses other devices, too",
        "text": "add host worker-3 with a device of any class; remove deviceClass from pool shared-fs-metadata; remove deviceClass from pool shared-fs-data",
      },
      {
        "cost": undefined,
        "text": "add host worker-3 with an nvme device and an hdd device; add host worker-4 with an nvme device and an hdd device; let sdb of worker-2 count as hdd",
      },
      {
        "cost": "a pool without its class uses other devices, too; less may fail before data is lost",
        "text": "remove deviceClass from pool shared-fs-metadata; keep two copies in pool shared-fs-metadata; remove deviceClass from pool shared-fs-data; keep two copies in pool shared-fs-data",
      },
    ]
  `)
})

test('each of them, made, is accepted', () => {
  const edits = smallestEdits(example)
  expect(edits).toHaveLength(3)
  for (const edit of edits) {
    const { spec, findings } = readValue(applyEdit(example, edit))
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(spec).toBeDefined()
  }
})
