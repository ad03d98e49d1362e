/** Holds the data by hash: a change of upstream's words is a decision, not an accident. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { committed, generated, outputs } from '../scripts/generate-types.mjs'

test.each([
  ['csi.json', '894d4b0e55d46a1118144cee5e92143ad842894892885a01e6ccc27589d43801'],
  ['plugin-registration.json', 'e412b9a70ebd22ded5a6ed3474058e76e34e747a06620c524e4f254c832e5ea7'],
  ['pve-api.json', 'a017c4784bdd92b176843c6a8c0e397f0167d0ccbfc8ce49fe9ce2fea753dd50'],
])('%s is what it was', (name, hash) => {
  const bytes = readFileSync(new URL(`data/${name}`, import.meta.url))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash)
})

test.each(outputs)('$output is what the generator makes of $data', (output) => {
  expect(committed(output)).toBe(generated(output))
})
