/** Attacks on Secrets that an apply makes: two at once with one escrow file. */
import type { Files } from '@stowage/effects'
import type { SecretSource } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { AppliablePlan, ApplyPlanOptions } from '@stowage/operations'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { expect, test } from 'vitest'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'velero'
const password: SecretSource = { namespace, name: 'velero-repo-credentials', key: 'repository-password', source: { from: 'generate' }, reason: 'opens the backups', before: [] }
const plan: AppliablePlan = { name: 'homelab', namespace, objects: [{ id: `Namespace/${namespace}`, phase: 'namespace', reason: '', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } }], secrets: [password] }

const inCluster = async ({ client }: OperationsStage): Promise<string> => {
  const found = await client.get<{ data: Record<string, string> }>({ apiVersion: 'v1', kind: 'Secret', namespace, name: password.name })
  return Buffer.from(found.data['repository-password'] ?? '', 'base64').toString()
}
const inFile = async ({ effects }: OperationsStage): Promise<string | undefined> => {
  const written: { secrets: { value: string }[] } = JSON.parse(await effects.files.readText('/usb/escrow.json'))
  return written.secrets[0]?.value
}

test('two applies at once with one escrow file: the file holds what is in the cluster', async () => {
  for (const [one, other] of [[0, 0], [5, 0], [0, 5], [50, 0], [0, 50], [500, 1], [1, 500]] as const) {
    await onStage(async (stage) => {
      const { client, effects } = stage
      await effects.files.makeDirectory('/usb')
      // Namespace, inventory and journal are there already, so that neither run stumbles over the other before it comes to the Secret.
      await applyPlan({ ...plan, secrets: [] }, { client })
      // A disk that takes its time between looking and writing.
      const slow = (ms: number): Files => ({ ...effects.files, ...slowly(effects.files, () => client.clock.sleep(ms)) })
      const options = (ms: number): ApplyPlanOptions => ({ client, secrets: { environment: {}, files: slow(ms), random: effects.random, directory: '/', escrow: '/usb/escrow.json' } })
      const results = await Promise.all([applyPlan(plan, options(one)), applyPlan(plan, options(other))])
      expect(results.some(({ ok }) => ok)).toBe(true)
      expect(await inFile(stage), `${one} and ${other} ms`).toBe(await inCluster(stage))
    }, `escrow-${one}-${other}`)
  }
})

function slowly(files: Files, wait: () => Promise<void>): Pick<Files, 'stat' | 'readText' | 'createFile' | 'writeAtomic'> {
  return {
    readText: async (path) => files.readText(path),
    stat: async (path) => {
      const found = await files.stat(path)
      await wait()
      return found
    },
    createFile: async (path, mode) => {
      await files.createFile(path, mode)
      await wait()
    },
    writeAtomic: async (path, content, mode) => {
      await wait()
      await files.writeAtomic(path, content, mode)
      await wait()
    },
  }
}

test('an escrow file that was begun and not written is neither used nor overwritten', () =>
  onStage(async ({ client, effects }) => {
    await effects.files.makeDirectory('/usb')
    await effects.files.createFile('/usb/escrow.json', 0o600)
    const result = await applyPlan(plan, { client, secrets: { environment: {}, files: effects.files, random: effects.random, directory: '/', escrow: '/usb/escrow.json' } })
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('is empty') })
    expect(await effects.files.readText('/usb/escrow.json')).toBe('')
  }))

test('a password that is gone is not replaced by another one once repositories were locked with it', () =>
  onStage(async (stage) => {
    const { client, effects, store } = stage
    await effects.files.makeDirectory('/usb')
    const options = (escrow: string): ApplyPlanOptions => ({ client, secrets: { environment: {}, files: effects.files, random: effects.random, directory: '/', escrow } })
    await applyPlan(plan, options('/usb/escrow.json'))
    const first = await inCluster(stage)
    for (const definition of veleroCrds.filter(({ metadata }) => metadata.name === 'backuprepositories.velero.io')) store.client('velero').create('customresourcedefinitions.apiextensions.k8s.io', JSON.parse(JSON.stringify(definition)))
    await client.clock.sleep(5_000)
    await client.create({ apiVersion: 'velero.io/v1', kind: 'BackupRepository', metadata: { name: 'photos-default-kopia', namespace }, spec: { backupStorageLocation: 'default', repositoryType: 'kopia', resticIdentifier: '', volumeNamespace: 'photos', maintenanceFrequency: '1h' } })
    await client.remove({ apiVersion: 'v1', kind: 'Secret', namespace, name: password.name })
    expect((await applyPlan(plan, options('/usb/new.json'))).outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('photos-default-kopia') })
    expect(await effects.files.stat('/usb/new.json')).toBeUndefined()
    expect(await applyPlan(plan, options('/usb/escrow.json'))).toMatchObject({ ok: true })
    expect(await inCluster(stage)).toBe(first)
  }))
