import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { planStorage, readDeclaration } from '@stowage/module'

const folder = fileURLToPath(new URL('../../../examples/documents/', import.meta.url))
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

test.each(files)('the declaration that carries document %s over is valid, and has a plan', (file) => {
  const { spec, findings } = readDeclaration([{ file, text: readFileSync(folder + file, 'utf8') }])
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(spec === undefined ? 0 : planStorage(spec).objects.length).toBeGreaterThan(2)
})

test('there is one for each document', () => {
  expect(files).toEqual(['000.yaml', '001.yaml', '002.yaml', '003.yaml', '004.yaml'])
})
