import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { defineStorage, planStorage, readDeclaration } from '@stowage/module/library'

const folder = dirname(require.resolve('@stowage/module/package.json'))

test('the library alone loads nothing of Pulumi', () => {
  for (const file of ['cjs/library.js', 'esm/library.js']) equal(/@pulumi\//.test(readFileSync(join(folder, file), 'utf8')), false, file)
  deepEqual(Object.keys(require.cache).filter((path) => path.includes('@pulumi')), [])
})

test('a text is read, checked and planned without any file, network or clock', () => {
  const text = 'apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: {name: tiny}\nspec: {backends: {disk: {local: {path: /data}}}, classes: {disk: {backend: disk}}}\n'
  const { spec, findings } = readDeclaration([{ file: 'storage.yaml', text }])
  deepEqual(findings, [])
  ok(spec)
  ok(planStorage(spec).objects.some(({ id }) => id === 'storage.k8s.io/StorageClass/disk'))
})

test('the declaration in TypeScript throws all its faults at once', () => {
  let said = ''
  try {
    defineStorage(JSON.parse('{"apiVersion": "stowage.dev/v1alpha1", "kind": "Storage", "metadata": {"name": "tiny"}, "spec": {"backends": {}, "classes": {"a": {"backend": "b"}, "c": {}}}}'))
  } catch (error) {
    said = String(error)
  }
  ok(said.includes('2 faults'), said)
})

test('both module systems are served: an import finds the same names as a require', async () => {
  // TypeScript would make a require of a plain import().
  const load: (name: string) => Promise<Record<string, unknown>> = new Function('name', 'return import(name)') as never
  for (const name of ['@stowage/module', '@stowage/module/library']) {
    const imported = Object.keys(await load(name)).filter((key) => key !== 'default' && key !== 'module.exports')
    deepEqual(imported.toSorted(), Object.keys(require(name) as object).toSorted(), name)
  }
})
