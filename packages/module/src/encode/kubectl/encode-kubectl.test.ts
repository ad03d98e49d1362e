import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { planStorage } from '../../plan/plan-storage.ts'
import { readDeclaration } from '../../spec/read.ts'
import { fileMark } from '../encoded-file.ts'
import { encodeKubectl, encodeYaml, numberedFiles } from './encode-kubectl.ts'

const text = readFileSync(fileURLToPath(new URL('../../../../../examples/homelab/storage.yaml', import.meta.url)), 'utf8')
const volumes = `---
apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: homelab }
spec:
  volumes:
    "yes": { namespace: "1e3", class: proxmox-csi, size: 5Gi, handle: pve/pve1/local-zfs/vm-9999-a }
`
const { spec } = readDeclaration([{ file: 'storage.yaml', text: text + volumes }])
if (spec === undefined) throw new Error('the example is not valid')
const plan = planStorage(spec)
const objectsIn = (yaml: string): unknown[] => parseAllDocuments(yaml).map((document) => document.toJS())
const planned = plan.objects.map(({ object }) => object)

test('one stream of YAML holds exactly the objects of the plan, in its order', () => {
  expect(objectsIn(encodeYaml(plan))).toEqual(planned)
})

test('the numbered files, read in order of their names, hold the same', () => {
  const files = encodeKubectl(plan).filter(({ path }) => /^\d\d-[a-z-]+\.yaml$/.test(path))
  expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted())
  expect(files.flatMap(({ content }) => objectsIn(content))).toEqual(planned)
})

test('a reader of YAML 1.1, as kubectl has, sees the same words: no bare yes, no bare 1e3, no bare true in a string', () => {
  const kubectl = parseAllDocuments(encodeYaml(plan), { version: '1.1' }).map((document): unknown => document.toJS())
  expect(kubectl).toEqual(planned)
})

test('every file says who made it, and every object why it is there', () => {
  for (const { content } of numberedFiles(plan)) {
    expect(content.startsWith(`${fileMark}\n---\n# `)).toBe(true)
    expect(content.match(/^---$/gm)?.length).toBe(content.match(/^# (?!Made)/gm)?.length)
  }
})
