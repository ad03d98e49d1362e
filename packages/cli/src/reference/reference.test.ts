import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { realFiles } from '@stowage/effects/real/files'
import { expect, test } from 'vitest'
import { generatedFiles } from './generated-files.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

test('the reference pages and the JSON Schema are what their sources say (node packages/cli/scripts/generate.mjs)', async () => {
  const terminal = { stdout: () => {}, stderr: () => {}, stdin: async () => '', env: {}, cwd: '/', files: realFiles(), color: false }
  const made = await generatedFiles({ terminal, exit: () => {}, wholeProgram: () => Promise.reject(new Error('not asked for here')) })
  expect(Object.keys(made)).toHaveLength(4)
  for (const [path, text] of Object.entries(made)) expect(readFileSync(root + path, 'utf8'), path).toBe(text)
})
