import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import { json } from './client.test-stage.ts'
import { inCluster } from './in-cluster.ts'

const account = '/var/run/secrets/kubernetes.io/serviceaccount'

test('outside a pod it says what is missing', async () => {
  const world = new VirtualWorld({ seed: 1 })
  await expect(world.run(() => inCluster(world.process('main').effects, {}))).rejects.toMatchObject({ kind: 'precondition', message: expect.stringContaining('KUBERNETES_SERVICE_HOST') })
})

test('in a pod the service account is used, and a rotated token is seen within a minute', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('main')
  const tokens: (string | undefined)[] = []
  world.route('https://10.96.0.1', async ({ headers, tls }) => {
    tokens.push(headers?.['authorization'])
    expect(tls?.ca).toBe('CA')
    return json(200, { gitVersion: 'v1.36.3' })
  })
  await world.run(async () => {
    await effects.files.makeDirectory(account)
    for (const [name, content] of [['ca.crt', 'CA'], ['namespace', 'storage-system\n'], ['token', 'first\n']] as const) await effects.files.writeAtomic(`${account}/${name}`, content)
    const { client, namespace } = await inCluster(effects, { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' })
    expect(namespace).toBe('storage-system')
    await client.version()
    await effects.files.writeAtomic(`${account}/token`, 'second')
    await client.version()
    await effects.clock.sleep(61_000)
    await client.version()
    await effects.files.removeFile(`${account}/token`)
    await effects.clock.sleep(61_000)
    await client.version()
  })
  expect(tokens).toEqual(['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second'])
})
