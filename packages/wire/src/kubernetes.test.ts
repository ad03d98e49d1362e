import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from './data/kubernetes/manifest.json' with { type: 'json' }
import { decodeKubernetesProtobuf } from './kubernetes-protobuf.ts'
import { kubernetesResources, kubernetesSchemas, kubernetesTables } from './kubernetes.ts'

test.each(Object.entries(manifest.sha256))('%s is what was extracted', (name, hash) => {
  const bytes = readFileSync(new URL(`data/kubernetes/${name}`, import.meta.url))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash)
})

test('every kind that can be listed has its columns, and every reference its schema', () => {
  const names = kubernetesResources.filter(each => each.verbs.includes('list')).map(each => (each.group === '' ? each.plural : `${each.plural}.${each.group}`))
  expect(names.filter(each => kubernetesTables[each] === undefined)).toEqual([])
  const references = [...JSON.stringify(kubernetesSchemas).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
  expect(references.filter(each => kubernetesSchemas[each] === undefined)).toEqual([])
})

/** What kubectl v1.36.3 sent for `create deployment cap --image=nginx:1 --replicas=2 --port=80`. */
const sentByKubectl =
  'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EroBCh8KA2NhcBIAGgAiACoAMgA4AEIAWgoKA2FwcBIDY2FwEogBCAISDAoKCgNhcHASA2NhcBpuChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDY2FwEk4SMAoFbmdpbngSB25naW54OjEqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA=='

test('what kubectl sends as protobuf is read as its JSON', () => {
  expect(decodeKubernetesProtobuf(Buffer.from(sentByKubectl, 'base64'))).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cap', labels: { app: 'cap' } },
    spec: { replicas: 2, selector: { matchLabels: { app: 'cap' } }, template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80 }] }] } } },
  })
})

test('bytes without the prefix of the format are refused', () => {
  expect(() => decodeKubernetesProtobuf(new Uint8Array([1, 2, 3]))).toThrow('does not appear to be a protobuf message')
})
