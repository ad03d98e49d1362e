import { expect, test } from 'vitest'
import { readDeclaration, readValue } from './read.ts'

const text = `apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: x }
spec:
  backends: { disk: { local: { path: /data } } }
  classes:
    dirs: { backend: disk, mountOptions: [noatime, nodev] }
    other: { backend: disk }
environments:
  small:
    spec:
      classes:
        dirs: { reclaimPolicy: Delete, mountOptions: [noatime] }
        other: null
`

const read = (addition = '', environment?: string): ReturnType<typeof readDeclaration> => readDeclaration([{ file: 'a.yaml', text: text + addition }], environment === undefined ? {} : { environment })
const found = (of: ReturnType<typeof readDeclaration>): readonly string[] => of.findings.map(({ rule, position }) => `${rule} ${position?.line}:${position?.column}`)

test('without a name it is the declaration itself', () => {
  expect(read().spec?.classes.map(({ name, reclaimPolicy }) => [name, reclaimPolicy])).toEqual([['dirs', 'Retain'], ['other', 'Retain']])
})

test('an overlay changes fields, replaces lists, and takes away', () => {
  const classes = read('', 'small').spec?.classes
  expect(classes?.map(({ name, reclaimPolicy, mountOptions }) => [name, reclaimPolicy, mountOptions])).toEqual([['dirs', 'Delete', ['noatime']]])
})

test('a fault of an overlay is found without naming it, at its own place', () => {
  const faulty = '  big:\n    spec:\n      classes:\n        dirs: { backend: dsk }\n'
  expect(found(read(faulty))).toEqual(['unknown-backend 18:26'])
  expect(read(faulty).spec).toBeUndefined()
})

test('a fault below every environment is named once', () => {
  expect(found(readDeclaration([{ file: 'a.yaml', text: text.replace('backend: disk }\nenv', 'backend: dis }\nenv') }]))).toEqual(['unknown-backend 8:23'])
})

test('an environment that is not there is a fault that names the nearest', () => {
  const { findings, spec } = read('', 'smal')
  expect(findings.map(({ rule, remedy }) => [rule, remedy])).toEqual([['unknown-environment', 'did you mean "small"?']])
  expect(spec).toBeUndefined()
})

test('overlays may stand in a file of their own', () => {
  const overlay = 'apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: x }\nenvironments: { tiny: { spec: { namespace: tiny } } }\n'
  const { spec, findings } = readDeclaration([{ file: 'a.yaml', text }, { file: 'b.yaml', text: overlay }], { environment: 'tiny' })
  expect(findings).toEqual([])
  expect(spec?.namespace).toBe('tiny')
})

test('a secret in the text of one environment is found whichever is asked for', () => {
  const value = {
    apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' },
    spec: { backends: { disk: { local: { path: '/var/x' } } }, classes: { dirs: { backend: 'disk' } } },
    environments: { prod: { spec: {} }, dev: { spec: { backends: { disk: { password: 'hunter2' } } } } },
  }
  for (const environment of ['prod', 'dev', undefined]) {
    const { findings, spec } = readValue(value, environment === undefined ? {} : { environment })
    expect(spec).toBeUndefined()
    expect(findings.map(({ rule }) => rule)).toContain('secret-in-text')
  }
  const { environments: { prod }, ...rest } = value
  expect(readValue({ ...rest, environments: { prod } }, { environment: 'prod' })).toMatchObject({ findings: [], spec: { name: 'x' } })
})
