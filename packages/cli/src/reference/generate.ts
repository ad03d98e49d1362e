/** Writes the generated files; \`scripts/generate.mjs\` bundles and runs it. */
import { resolve } from 'node:path'
import { realFiles } from '@stowage/effects/real/files'
import { generatedFiles } from './generated-files.ts'

const files = realFiles()
const silent = { stdout: () => {}, stderr: () => {}, stdin: async () => '', env: {}, cwd: process.cwd(), files, color: false }
const made = await generatedFiles({ terminal: silent, exit: () => {}, wholeProgram: () => Promise.reject(new Error('not asked for here')) })
for (const [path, text] of Object.entries(made)) {
  await files.writeAtomic(resolve(process.cwd(), path), text)
  console.log(path)
}
