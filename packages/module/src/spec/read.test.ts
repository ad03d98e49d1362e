import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StorageError } from '@stowage/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineStorage, readDeclaration, readValue } from './read.ts'
import type { Declaration } from './schema/declaration.ts'

const here = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
const homelab = here('../../../../examples/homelab/storage.yaml')
const twelve = here('../../test/twelve-faults.yaml')

const readText = (text: string) => readDeclaration([{ file: 'storage.yaml', text }])
const faults = (text: string) => readText(text).findings.map(({ rule, position }) => `${position?.line}:${position?.column} ${rule}`)

const minimal = `apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: small }
spec:
  backends:
    disk: { local: { path: /var/lib/stowage } }
  classes:
    fast: { backend: disk }
`

test('a declaration with twelve different faults has twelve findings, each at its line and column with what to write', () => {
  const { findings, spec, unparsable } = readText(twelve)
  expect(spec).toBeUndefined()
  expect(unparsable).toBe(true)
  expect(findings.map(({ rule, position, remedy }) => [position?.line, position?.column, rule, remedy !== undefined])).toEqual([
    [7, 3, 'unknown-key', true],
    [12, 21, 'bad-endpoint', true],
    [15, 11, 'secret-in-text', true],
    [17, 7, 'missing-field', true],
    [23, 7, 'unknown-key', true],
    [27, 21, 'access-mode', true],
    [29, 16, 'unknown-backend', true],
    [31, 16, 'two-default-classes', true],
    [34, 1, 'yaml-tab', true],
    [35, 29, 'wrong-type', true],
    [36, 5, 'duplicate-name', true],
    [43, 13, 'invalid-size', true],
  ])
  expect(findings.every(({ severity, position }) => severity === 'error' && position?.file === 'storage.yaml')).toBe(true)
})

test('each of the twelve stands at the line that its comment numbers', () => {
  const commented = twelve.split('\n').flatMap((line, index) => (/# \d+: /.test(line) ? [index + 1] : []))
  expect(readText(twelve).findings.map(({ position }) => position?.line)).toEqual(commented)
})

test('with one fault taken away after the other, the others stay', () => {
  const lines = twelve.split('\n')
  const repairs: readonly (readonly [string, number, string])[] = [
    ['unknown-key', 7, '  namespace: storage-system'],
    ['yaml-tab', 34, '      reclaimPolicy: Delete'],
    ['duplicate-name', 36, '    other:'],
    ['invalid-size', 43, '      size: 500Gi'],
    ['unknown-backend', 29, '      backend: pve'],
  ]
  for (const [rule, line, repaired] of repairs) {
    const text = lines.with(line - 1, repaired).join('\n')
    const found = readText(text).findings
    expect(found, rule).toHaveLength(11)
    expect(found.every(({ position }) => position?.line !== line)).toBe(true)
  }
})

test('the home lab is valid, and its TypeScript form is the same value', async () => {
  const { spec, findings } = readText(homelab)
  expect(findings).toEqual([])
  const path = '../../../../examples/homelab/storage.ts'
  const { storage }: { storage: unknown } = await import(path)
  expect(storage).toEqual(spec)
})

test('JSON is read as YAML is', () => {
  const { declaration } = readText(homelab)
  expect(readText(JSON.stringify(declaration)).spec).toEqual(readText(homelab).spec)
})

test('defaults keep data: Retain, WaitForFirstConsumer, expansion', () => {
  expect(readText(minimal).spec?.classes[0]).toMatchObject({ reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer', allowVolumeExpansion: true, isDefault: false, driverName: 'local.csi.stowage.dev' })
  expect(readText(minimal).spec?.namespace).toBe('storage-system')
})

test('the Spec is frozen all the way down', () => {
  const { spec } = readText(homelab)
  expect(Object.isFrozen(spec)).toBe(true)
  expect(Object.isFrozen(spec?.classes[0]?.parameters)).toBe(true)
})

test('several documents and files are one declaration', () => {
  const volumes = `apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: small }
spec:
  volumes:
    media: { namespace: media, class: fast, node: n1, path: /var/lib/stowage/media, size: 10Gi }
`
  const together = readText(`${minimal}---\n${volumes}`)
  expect(together.findings).toEqual([])
  expect(together.spec?.volumes.map(({ name }) => name)).toEqual(['media'])
  expect(readDeclaration([{ file: 'a', text: minimal }, { file: 'b', text: volumes }]).spec).toEqual(together.spec)
})

test('a name given in two documents is a fault at the second, and neither hides the other’s faults', () => {
  const second = minimal.replace('backend: disk', 'backend: disk, quota: "no"')
  const { findings } = readDeclaration([{ file: 'a.yaml', text: minimal }, { file: 'b.yaml', text: second }])
  expect(findings.map(({ rule, position }) => `${position?.file}:${position?.line} ${rule}`)).toEqual(['b.yaml:6 duplicate-name', 'b.yaml:8 duplicate-name', 'b.yaml:8 invalid-value'])
})

test('documents of different declarations do not go together', () => {
  expect(faults(`${minimal}---\n${minimal.replace('small', 'large').replace('disk:', 'disk2:').replace('fast:', 'slow:')}`)).toContain('12:13 different-declarations')
})

test.each([
  ['unclosed list', 'spec: [1,\n', 'yaml-syntax'],
  ['unknown alias', 'spec: *nothing\n', 'yaml-syntax'],
  ['two values', 'a: b: c\n', 'yaml-syntax'],
])('%s is not YAML, and the place is named', (_, text, rule) => {
  const { findings, unparsable } = readText(text)
  expect(unparsable).toBe(true)
  expect(findings).toContainEqual(expect.objectContaining({ rule, position: { file: 'storage.yaml', line: expect.any(Number), column: expect.any(Number) } }))
})

test('after a syntax fault only what stands before it is checked, so that nothing leads astray', () => {
  const text = minimal.replace('kind: Storage', 'kind: Storag').replace('    fast: { backend: disk }', '    fast: { backend: disk\n    slow: [1\n')
  expect(readText(text).findings.map(({ rule }) => rule).filter((rule) => rule !== 'yaml-syntax')).toEqual(['invalid-value'])
})

test('an empty text, a list and a number are not declarations', () => {
  expect(readText('').findings).toMatchObject([{ rule: 'empty' }])
  expect(readText('- a\n').findings).toMatchObject([{ rule: 'wrong-type' }])
  expect(readText('7\n').findings).toMatchObject([{ rule: 'wrong-type' }])
})

test('a key that is right one level deeper is named with its level, before one that only looks alike', () => {
  const remedyOf = (spec: object): string | undefined => readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { disk: { local: { path: '/data' } } }, classes: {}, ...spec } }).findings.find(({ rule }) => rule === 'unknown-key')?.remedy
  expect(remedyOf({ alerts: true })).toBe('did you mean "monitoring.alerts"?')
  expect(remedyOf({ backends: { pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 's' }, insecure: true } } } })).toBe('did you mean "tls.insecure"?')
})

test('another kind or version is named with what to write', () => {
  expect(faults(minimal.replace('kind: Storage', 'kind: Storag'))).toEqual(['2:7 invalid-value'])
  expect(readText(minimal.replace('kind: Storage', 'kind: Storag')).findings[0]?.remedy).toBe('did you mean "Storage"?')
})

test('missing fields are named where they belong, all at once', () => {
  expect(readText('apiVersion: stowage.dev/v1alpha1\nkind: Storage\nspec:\n  classes: {}\n').findings.map(({ path }) => path.join('.'))).toEqual(['metadata', 'spec.backends'])
})

test('a block of text may hold tabs', () => {
  const text = minimal.replace('kind: Storage\n', 'kind: Storage\n').replace('{ name: small }', '\n  name: small\n  annotations:\n    note: |\n      a\n      \tb\n')
  expect(readText(text).findings).toEqual([])
})

test('a tab before a comment or on an empty line is harmless', () => {
  expect(readText(`${minimal}\t\n`).findings).toEqual([])
})

test('a secret is never repeated in a finding', () => {
  const secret = '3f1c5d0e-9b7a-4c1d-8e2f-0a1b2c3d4e5f'
  const places = [`token_secret: ${secret}`, `password: hunter2-${secret}`, `secretRef2: root@pam!stowage=${secret}`, `token: [${secret}]`, `cre: { token_secret: ${secret} }`]
  for (const place of places) {
    const text = `${minimal}    x: { backend: disk, ${place} }\n`
    expect(JSON.stringify(readText(text).findings), place).not.toContain(secret)
    expect(readText(text).findings.map(({ rule }) => rule), place).toContain('secret-in-text')
  }
})

test('defineStorage throws all faults at once', () => {
  const declaration = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: {}, classes: { a: { backend: 'no', default: true }, b: { backend: 'no', default: true } } } } satisfies Declaration
  const thrown = (() => {
    try {
      return defineStorage(declaration)
    } catch (error) {
      return error
    }
  })()
  expect(thrown).toBeInstanceOf(StorageError)
  expect(thrown).toMatchObject({ kind: 'invalid', message: expect.stringContaining('3 faults') })
})

test('whatever text comes in, findings or a Spec come out', () => {
  const lines = homelab.split('\n')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(lines.length - 1), fc.oneof(fc.string(), fc.constantFrom('\t', '- ', '*a', '&a b', '? ', '{', ']', '---', 'x: !!binary a', '<<: *a')))), (edits) => {
      const text = edits.reduce((all, [at, replacement]) => all.with(at, replacement), lines).join('\n')
      const { spec, findings } = readText(text)
      expect(spec !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('whatever value comes in, findings or a Spec come out', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('backends', 'classes', 'volumes', 'driver', 'snapshots'), (value, key) => {
      const { spec, findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: {}, classes: {}, [key]: value } })
      expect(spec !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('in TypeScript a misspelt key or value does not compile', () => {
  const base = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' } } as const
  const backends = { disk: { local: { path: '/data' } } }
  // @ts-expect-error `quot` is not a field of a class
  expect(() => defineStorage({ ...base, spec: { backends, classes: { a: { backend: 'disk', quot: 'auto' } } } })).toThrow('did you mean "quota"?')
  // @ts-expect-error `Retian` is not a policy
  expect(() => defineStorage({ ...base, spec: { backends, classes: { a: { backend: 'disk', reclaimPolicy: 'Retian' } } } })).toThrow('did you mean "Retain"?')
  expect(defineStorage({ ...base, spec: { backends, classes: { a: { backend: 'disk', quota: 'auto' } } } }).classes[0]?.parameters).toEqual({ quota: 'auto' })
})

test('a fault in a long declaration is found at its place, before, among and after its volumes', () => {
  const lines = [
    'apiVersion: stowage.dev/v1alpha1', 'kind: Storage', 'metadata: { name: x }', 'spec:',
    '  backends:', '    disk: { local: { path: /data } }', '  volumes: # many',
    ...Array.from({ length: 600 }, (_, index) => `    v${index}:\n      { namespace: a, class: dirs, node: n, path: /data/v${index}, size: ${index === 300 ? '1GB' : '1Gi'} }\n\n# said at the margin`),
    '  classes:', '    dirs: { backend: dsk }', '',
  ]
  const { findings } = readDeclaration([{ file: 'long.yaml', text: lines.join('\n') }])
  expect(findings.map(({ rule, position }) => `${rule} ${position?.line}:${position?.column}`)).toEqual(['invalid-size 1209:69', 'unknown-backend 2409:22'])
})
