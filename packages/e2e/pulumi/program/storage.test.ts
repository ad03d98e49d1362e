import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { Storage, defineStorage, planStorage, type Declaration } from '@stowage/module'
import { kubernetes, run, Source, valueOf } from './harness'
import { expected, registered } from './plan-objects'

const homelab: Declaration = {
  apiVersion: 'stowage.dev/v1alpha1',
  kind: 'Storage',
  metadata: { name: 'homelab' },
  spec: {
    namespace: 'storage-system',
    backends: { disk: { local: { path: '/var/lib/stowage' } } },
    classes: { fast: { backend: 'disk', default: true }, slow: { backend: 'disk' } },
    volumes: { media: { namespace: 'media', class: 'fast', size: '10Gi', node: 'k1', path: '/var/lib/stowage/media' } },
  },
}

test('a whole declaration registers exactly the objects of its plan', async () => {
  const seen = await run(() => void new Storage('homelab', { declaration: homelab }))
  equal(seen.error, undefined)
  deepEqual(registered(seen), expected(planStorage(defineStorage(homelab))))
  ok(kubernetes(seen).length > 10)
})

test('every resource is a child of the component and is called by the names of the declaration', async () => {
  const seen = await run(() => void new Storage('homelab', { declaration: homelab }))
  for (const { name, parent } of kubernetes(seen)) {
    match(name, /^homelab:/)
    equal(parent, 'homelab')
  }
  ok(kubernetes(seen).some(({ name }) => name === 'homelab:storage.k8s.io/StorageClass/fast'))
  ok(kubernetes(seen).some(({ name }) => name === 'homelab:Namespace'))
})

test('what holds data is protected and stays in the cluster; what does not, does not', async () => {
  const seen = await run(() => void new Storage('homelab', { declaration: homelab }))
  const kept = kubernetes(seen).filter(({ options }) => options.protect === true).map(({ name }) => name)
  deepEqual([...kept].sort(), ['homelab:Namespace', 'homelab:PersistentVolume/media', 'homelab:PersistentVolumeClaim/media/media'])
  deepEqual(kubernetes(seen).filter(({ options }) => options.retainOnDelete === true).map(({ name }) => name), kept)
})

test('everything waits for its namespace, and the claim for its volume', async () => {
  const seen = await run(() => void new Storage('homelab', { declaration: homelab }))
  const claim = kubernetes(seen).find(({ name }) => name.includes('PersistentVolumeClaim'))
  ok(claim?.dependsOn.includes('homelab:PersistentVolume/media'))
  const account = kubernetes(seen).find(({ name }) => name.includes('ServiceAccount'))
  ok(account?.dependsOn.includes('homelab:Namespace'))
})

test('a provider that is given to the component reaches every resource', async () => {
  const seen = await run(() => {
    const provider = new k8s.Provider('elsewhere', { kubeconfig: 'not read' })
    return void new Storage('homelab', { declaration: homelab }, { provider })
  })
  equal(seen.error, undefined)
  for (const { name, provider, type } of kubernetes(seen)) if (name.startsWith('homelab:') && type !== 'pulumi:providers:kubernetes') match(provider ?? '', /elsewhere/)
})

test('what a program can use waits for the resources that it names', async () => {
  let storage: Storage | undefined
  await run(() => void (storage = new Storage('homelab', { declaration: homelab })))
  ok(storage)
  deepEqual(await valueOf(storage.classNames), ['fast', 'slow'])
  equal(await valueOf(storage.namespace), 'storage-system')
  deepEqual(await valueOf(storage.filesystemNames), [])
})

test('all that is wrong comes as one RunError, and nothing is registered', async () => {
  const wrong = structuredClone(homelab)
  Object.assign(wrong.spec.classes, { fast: { backend: 'dsik', cach: 'none' }, third: { backend: 'disk', default: 'yes' } })
  const seen = await run(() => void new Storage('homelab', { declaration: wrong }))
  deepEqual(seen.resources, [])
  ok(pulumi.RunError.isInstance(seen.error))
  match(String(seen.error), /3 faults/)
  match(String(seen.error), /spec\.classes\.fast\.backend: .*did you mean "disk"/)
  match(String(seen.error), /spec\.classes\.fast\.cach: /)
  match(String(seen.error), /spec\.classes\.third\.default: /)
})

test('an existing object is imported by the name that it gets, and a wrong name is refused', async () => {
  const seen = await run(() => void new Storage('homelab', { declaration: homelab, import: { 'storage.k8s.io/StorageClass/fast': 'fast' } }))
  equal(kubernetes(seen).find(({ name }) => name.endsWith('StorageClass/fast'))?.options.import, 'fast')
  const wrong = await run(() => void new Storage('homelab', { declaration: homelab, import: { 'storage.k8s.io/StorageClass/fats': 'fast' } }))
  match(String(wrong.error), /did you mean "storage\.k8s\.io\/StorageClass\/fast"/)
  deepEqual(wrong.resources, [])
})

test('the namespace may come from another resource, also where its name is part of a longer text', async () => {
  for (const preview of [true, false]) {
    const seen = await run(
      () => {
        const source = new Source('team', 'storage-of-team')
        const spec = { ...homelab.spec, namespace: source.value }
        return void new Storage('homelab', { declaration: { ...homelab, spec } })
      },
      { preview },
    )
    equal(seen.error, undefined)
    const namespace = kubernetes(seen).find(({ name }) => name === 'homelab:Namespace')
    ok(namespace)
    const { name } = namespace.inputs['metadata'] as { name: unknown }
    ok(preview ? pulumi.isUnknown(name) : name === 'storage-of-team')
    equal(JSON.stringify(seen.resources).includes('not-known-'), false)
  }
})

test('names of resources are the same whether the namespace is written or comes later', async () => {
  const written = await run(() => void new Storage('homelab', { declaration: homelab }))
  const later = await run(() => void new Storage('homelab', { declaration: { ...homelab, spec: { ...homelab.spec, namespace: pulumi.output('storage-system') } } }))
  deepEqual(kubernetes(later).map(({ name }) => name).sort(), kubernetes(written).map(({ name }) => name).sort())
})

test('a Secret whose content the program brings is made before what reads it, encrypted; without content it is refused', async () => {
  const declaration: Declaration = { ...homelab, spec: { ...homelab.spec, secrets: { token: { environment: { password: 'TOKEN' } } } } }
  const missing = await run(() => void new Storage('homelab', { declaration }))
  match(String(missing.error), /secrets\["storage-system\/token"\]\.password: .*config\.requireSecret/)
  deepEqual(missing.resources, [])
  const seen = await run(() => void new Storage('homelab', { declaration, secrets: { 'storage-system/token': { password: pulumi.secret('canary-3141') } } }))
  equal(seen.error, undefined)
  const secret = kubernetes(seen).find(({ name }) => name === 'homelab:Secret/token')
  // Pulumi's mark of an encrypted value.
  ok(JSON.stringify(secret?.inputs).includes('1b47061264138c4ac30d75fd1eb44270'))
  ok(kubernetes(seen).find(({ name }) => name.includes('ServiceAccount'))?.dependsOn.includes('homelab:Secret/token'))
  for (const { name, inputs } of kubernetes(seen)) equal(name !== 'homelab:Secret/token' && JSON.stringify(inputs).includes('canary-3141'), false)
})
