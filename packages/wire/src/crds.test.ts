import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { crdSets, crdSources, crdsOf } from './crds.ts'
import { schemaNameOf, schemaNames, schemaOf, schemaSources } from './schemas.ts'

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(new URL(`data/${path}`, import.meta.url))).digest('hex')

test.each(crdSets)('the definitions of %s are those that were pinned', async (set) => {
  expect(hashOf(`crds/${set}.json`)).toBe(crdSources[set].sha256)
  const definitions = await crdsOf(set)
  expect(definitions).toHaveLength(crdSources[set].definitions)
  for (const { metadata, spec } of definitions) expect(metadata.name).toBe(`${spec.names.plural}.${spec.group}`)
})

test('a property that is called description is not taken for a description', async () => {
  const text = JSON.stringify(await crdsOf('velero'))
  expect(text).not.toMatch(/"description":"[^"]{200,}"/)
  const target = JSON.stringify(await schemaOf('appproject_v1alpha1'))
  expect(target).toContain('"description":{"type":"string"')
})

test('every set that is listed can be loaded, and none is left out', () => {
  expect([...crdSets].toSorted()).toEqual(Object.keys(crdSources).toSorted())
  expect([...schemaNames].toSorted()).toEqual(Object.keys(schemaSources).toSorted())
})

test.each(schemaNames)('the schema %s is the one that was pinned', async (name) => {
  expect(hashOf(`schemas/${name}.json`)).toBe(schemaSources[name].sha256)
  expect(await schemaOf(name)).toMatchObject({ type: 'object' })
})

test('a kind finds its schema', () => {
  expect(schemaNameOf('monitoring.coreos.com/v1', 'PodMonitor')).toBe('podmonitor_v1')
  expect(schemaNameOf('monitoring.coreos.com/v1', 'Prometheus')).toBeUndefined()
})
