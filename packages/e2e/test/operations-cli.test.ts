/** plan, apply and drift as a person types them, against the lab's API on a real port. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenHttp, realEffects } from '@stowage/effects/real'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import type { Store } from '@stowage/lab/kubernetes/api/store'
import { stowage } from 'stowage/output/terminal.test-data'
import type { Ran } from 'stowage/output/terminal.test-data'
import { expect, test } from 'vitest'

const declaration = `
apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: small }
spec:
  namespace: storage-system
  backends: { disk: { local: { path: /var/lib/stowage } } }
  classes: { dirs: { backend: disk, default: true }, extra: { backend: disk } }
`

interface Bench {
  readonly store: Store
  readonly run: (...args: readonly string[]) => Promise<Ran>
  /** Without the declaration. */
  readonly ask: (...args: readonly string[]) => Promise<Ran>
  readonly declare: (change: (text: string) => string) => Promise<void>
}

async function onBench(body: (bench: Bench) => Promise<void>): Promise<void> {
  const effects = realEffects()
  const store = createStore(effects)
  const server = await listenHttp(createApiHandler(store))
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-operations-'))
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', 'current-context': 'lab', clusters: [{ name: 'lab', cluster: { server: server.url } }], users: [{ name: 'lab', user: {} }], contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }] }
  const declare: Bench['declare'] = (change) => writeFile(join(cwd, 'storage.yaml'), change(declaration))
  await writeFile(join(cwd, 'kubeconfig'), JSON.stringify(kubeconfig))
  await declare((text) => text)
  try {
    const ask: Bench['ask'] = (...args) => stowage(args, { cwd, env: { KUBECONFIG: join(cwd, 'kubeconfig') } })
    await body({ store, declare, ask, run: (...args) => ask(...args, 'storage.yaml') })
  } finally {
    await server.close()
    effects.close()
    await rm(cwd, { recursive: true })
  }
}

test('before an apply everything would be added, after it nothing, and a hand edit is drift with an exit code of its own', () =>
  onBench(async ({ run, store }) => {
    const fresh = await run('plan', '--live', '--detailed-exitcode')
    expect(fresh).toMatchObject({ code: 5 })
    expect(fresh.stdout).toMatch(/^\+ Namespace\/storage-system  safe/m)
    expect(await run('plan', '--live')).toMatchObject({ code: 0 })
    expect(await run('apply', '--no-wait')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ steps changed something\n$/) })
    expect(await run('apply', '--no-wait')).toMatchObject({ code: 0, stdout: 'nothing changed\n' })
    expect(await run('plan', '--live', '--detailed-exitcode')).toMatchObject({ code: 0, stdout: 'nothing would change\n' })
    expect(await run('drift')).toMatchObject({ code: 0, stdout: 'no drift\n' })
    store.client('kubectl-edit').patch('storageclasses.storage.k8s.io', 'dirs', undefined, 'application/merge-patch+json', { allowVolumeExpansion: false })
    const drifted = await run('drift')
    expect(drifted.code).toBe(5)
    expect(drifted.stdout).toMatch(/^changed {2}StorageClass\/dirs {2}changed by kubectl-edit at .*\n {11}allowVolumeExpansion: declared true, is false \(by kubectl-edit, .*\)\n1 thing is not as declared\n$/)
    expect(JSON.parse((await run('drift', '--json')).stdout)).toMatchObject({ kind: 'DriftReport', drifts: [{ id: 'storage.k8s.io/StorageClass/dirs' }] })
  }))

test('a class that must be made again is planned with what an apply needs to be told, refused without it, and done with it', () =>
  onBench(async ({ run, declare }) => {
    await run('apply', '--no-wait')
    await declare((text) => text.replace('extra: { backend: disk }', 'extra: { backend: disk, volumeBindingMode: Immediate }'))
    const planned = await run('plan', '--live')
    expect(planned.stdout).toContain('~ StorageClass/extra  recreate')
    expect(planned.stdout).toContain('apply needs: --allow-recreate storage.k8s.io/StorageClass/extra')
    expect(JSON.parse((await run('plan', '--live', '-o', 'json')).stdout)).toMatchObject({ kind: 'LivePlan', worst: 'recreate', changes: [{ effect: 'recreate' }] })
    expect((await run('plan', '--live', '-o', 'markdown')).stdout).toContain('| update | `storage.k8s.io/StorageClass/extra` | **recreate** |')
    expect(await run('apply', '--no-wait')).toMatchObject({ code: 1, stderr: expect.stringContaining('--allow-recreate storage.k8s.io/StorageClass/extra') })
    expect(await run('apply', '--no-wait', '--allow-recreate', 'extra')).toMatchObject({ code: 0, stdout: '1 step changed something\n' })
    expect(await run('drift')).toMatchObject({ code: 0 })
  }))

test('Retain that becomes Delete is named as what it is, and a consent that names nothing is an error', () =>
  onBench(async ({ run, declare }) => {
    await run('apply', '--no-wait')
    await declare((text) => text.replace('extra: { backend: disk }', 'extra: { backend: disk, reclaimPolicy: Delete }'))
    expect(await run('apply', '--no-wait', '--allow-recreate', 'extra')).toMatchObject({ code: 1, stderr: expect.stringMatching(/from then on a deleted claim takes its data along.*no volume is known to be on it.*--allow-destroy/) })
    expect(await run('apply', '--no-wait', '--allow-destroy', 'extr')).toMatchObject({ code: 1, stderr: expect.stringContaining('--allow-destroy extr: there is nothing of that name') })
    expect(await run('apply', '--no-wait', '--allow-destroy', 'extra')).toMatchObject({ code: 0 })
  }))

test('a cluster that cannot be reached is said in one sentence', () =>
  onBench(async ({ run }) => {
    const { code, stderr } = await run('drift', '--kubeconfig', 'nowhere')
    expect([code, stderr.trim().split('\n').length]).toEqual([4, 1])
  }))

test('status says the same for --json and -o json, as every command does', () =>
  onBench(async ({ ask }) => {
    const [short, long] = [await ask('status', '--json'), await ask('status', '-o', 'json')]
    expect(JSON.parse(short.stdout)).toMatchObject({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Status' })
    expect(JSON.parse(long.stdout)).toMatchObject({ kind: 'Status' })
    expect([short.code, long.code]).toEqual([0, 0])
  }))
