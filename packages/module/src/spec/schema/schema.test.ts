import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parameterDescriptions } from '@stowage/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fieldsAt, fieldsOf, schemaAt } from '../fields.ts'
import { explainField } from '../explain-field.ts'
import { jsonSchema, jsonSchemaText } from '../json-schema.ts'
import { localParameters, proxmoxParameters } from './classes.ts'
import { declarationSchema } from './declaration.ts'
import { stowageVersion } from '../../version.ts'

const here = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

test('the published JSON Schema is up to date (node packages/cli/scripts/generate.mjs)', () => {
  expect(here('../../../schema/storage.schema.json')).toBe(jsonSchemaText())
})

test('the JSON Schema refuses unknown keys at every level that the declaration has', () => {
  const closed: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('properties' in value && 'additionalProperties' in value && value.additionalProperties === false) closed.push(Object.keys(value.properties ?? {}).join())
    Object.values(value).forEach(visit)
  }
  visit(jsonSchema())
  expect(closed.length).toBeGreaterThanOrEqual(15)
})

test('every parameter that the driver takes has a field, and no field is a parameter that it does not take', () => {
  const backend = 'backend' // Written by the plan, when there is a choice.
  expect([...Object.keys(proxmoxParameters), backend].toSorted()).toEqual(parameterDescriptions.proxmox.map(({ key }) => key).toSorted())
  expect([...Object.keys(localParameters), backend].toSorted()).toEqual(parameterDescriptions.local.map(({ key }) => key).toSorted())
})

test('every field of the declaration says what it means', () => {
  const silent: string[] = []
  const visit = (path: readonly string[]): void => {
    for (const { name, description, schema } of fieldsAt(path)) {
      if (description === undefined && name !== 'proxmox' && name !== 'local') silent.push([...path, name].join('.'))
      const inner = [...path, name]
      visit(fieldsOf(schema).length > 0 ? inner : [...inner, '<name>'])
    }
  }
  visit([])
  expect(silent).toEqual([])
  expect(fieldsOf(declarationSchema).length).toBe(5)
})

test('a field is explained with and without the name before it', () => {
  expect(explainField('spec.classes.cache')).toMatchObject({ type: 'none | writethrough | writeback | directsync', required: false })
  expect(explainField('spec.classes.fast.cache')?.description).toBe(explainField('spec.classes.cache')?.description)
  expect(explainField('spec.volumes')?.fields.map(({ name }) => name)).toContain('handle')
  expect(explainField('spec.nothing')).toBeUndefined()
  expect(schemaAt(['spec', 'classes', 'x', 'no'])).toBeUndefined()
})

test('the version is the package’s', () => {
  expect(stowageVersion).toBe(JSON.parse(here('../../../package.json')).version)
})

test('an editor with the JSON Schema accepts the home lab and marks what a schema can know', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const validate = ajv.compile(JSON.parse(jsonSchemaText()))
  const homelab: unknown = parse(here('../../../../../examples/homelab/storage.yaml'))
  expect(validate(homelab)).toBe(true)
  const faulty = parse(here('../../../../../examples/homelab/storage.yaml').replace('cache: writethrough', 'cach: writethrough').replace('default: true', 'default: "yes"').replace('region: pve', ''))
  expect(validate(faulty)).toBe(false)
  expect(validate.errors?.map(({ keyword }) => keyword).toSorted()).toEqual(['additionalProperties', 'required', 'type'])
})
