/** Secrets that an apply makes: from the environment, from files, and made up, with the escrow that makes that bearable. */
import type { SecretSource } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { AppliablePlan, ApplyPlanOptions, StepEvent } from '@stowage/operations'
import { expect, test } from 'vitest'
import { onStage, versions } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'velero'
const source = (name: string, key: string, from: SecretSource['source']): SecretSource => ({ namespace, name, key, source: from, reason: `what ${name} is for`, before: [] })
const plan = (...secrets: readonly SecretSource[]): AppliablePlan => ({
  name: 'homelab',
  namespace,
  objects: [
    { id: `Namespace/${namespace}`, phase: 'namespace', reason: '', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } },
    { id: `ConfigMap/${namespace}/after`, phase: 'config', reason: '', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'after', namespace } } },
  ],
  secrets,
})
const s3 = source('s3', 'cloud', { from: 'environment', variable: 'S3_CREDENTIALS' })
const ca = source('s3', 'ca', { from: 'file', path: 'ca.pem' })
const password = source('velero-repo-credentials', 'repository-password', { from: 'generate' })

interface Run {
  readonly options: (rest?: Partial<NonNullable<ApplyPlanOptions['secrets']>>) => ApplyPlanOptions
  readonly told: () => string
}

function withSecrets(body: (stage: OperationsStage, run: Run) => Promise<void>): Promise<void> {
  return onStage(async (stage) => {
    const { client, effects } = stage
    await effects.files.makeDirectory('/home/me')
    await effects.files.makeDirectory('/usb')
    const events: StepEvent[] = []
    const options: Run['options'] = (rest = {}) => ({ client, listener: (event) => events.push(event), secrets: { environment: {}, files: effects.files, random: effects.random, directory: '/home/me', ...rest } })
    await body(stage, { options, told: () => JSON.stringify(events) })
  })
}

const read = async ({ client }: OperationsStage, name: string): Promise<Readonly<Record<string, string>> | undefined> => {
  const found = await client.find<{ data: Record<string, string> }>({ apiVersion: 'v1', kind: 'Secret', namespace, name })
  return found === undefined ? undefined : Object.fromEntries(Object.entries(found.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

test('a Secret is made from the environment and a file, before what follows, and told by nobody', () =>
  withSecrets(async (stage, { options, told }) => {
    await stage.effects.files.writeAtomic('/home/me/ca.pem', 'canary-of-file')
    const environment = { S3_CREDENTIALS: 'canary-of-environment' }
    const result = await applyPlan(plan(s3, ca), options({ environment }))
    expect(result.changed).toEqual(['apply:Namespace/velero', 'inventory:begin', 'secret:velero/s3', 'apply:ConfigMap/velero/after'])
    expect(await read(stage, 's3')).toEqual({ cloud: 'canary-of-environment', ca: 'canary-of-file' })
    expect(await applyPlan(plan(s3, ca), options({ environment }))).toMatchObject({ ok: true, changed: [] })
    const kept = JSON.stringify([result, stage.store.client('looker').list('configmaps')])
    for (const text of [told(), kept]) expect(text).not.toMatch(/canary/)
  }))

test('everything that is missing is said at once, before anything is changed', () =>
  withSecrets(async (stage, { options }) => {
    const before = versions(stage)
    const result = await applyPlan(plan(s3, ca, password), options({ environment: { S3_CREDENTIALS: '' } }))
    expect(result.outcomes.at(-1)).toMatchObject({ step: 'secrets', state: 'blocked' })
    for (const part of ['environment variable S3_CREDENTIALS is not set', 'file /home/me/ca.pem cannot be read: there is no such file', '--escrow FILE', 'Nothing was changed']) expect(result.outcomes.at(-1)?.message).toContain(part)
    expect(versions(stage)).toEqual(before)
  }))

test('a Secret that is there needs no source and is never changed', () =>
  withSecrets(async (stage, { options }) => {
    await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const mine = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's3', namespace }, data: { cloud: Buffer.from('mine').toString('base64') } }
    await stage.client.create(mine)
    expect(await applyPlan(plan(s3), options({ environment: { S3_CREDENTIALS: 'another' } }))).toMatchObject({ ok: true })
    expect(await read(stage, 's3')).toEqual({ cloud: 'mine' })
    expect((await applyPlan(plan(s3, ca), options())).outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('Secret velero/s3 is there, without ca') })
  }))

test('a password is made up only with an escrow file, which holds it before the cluster does, for its owner alone', () =>
  withSecrets(async (stage, { options, told }) => {
    const result = await applyPlan(plan(password), options({ escrow: '/usb/escrow.json' }))
    expect(result).toMatchObject({ ok: true })
    const made = (await read(stage, 'velero-repo-credentials'))?.['repository-password'] ?? ''
    expect(made).toMatch(/^[\w-]{43}$/)
    expect(JSON.parse(await stage.effects.files.readText('/usb/escrow.json'))).toMatchObject({ kind: 'StowageEscrow', secrets: [{ namespace, name: 'velero-repo-credentials', key: 'repository-password', value: made }] })
    expect((await stage.effects.files.stat('/usb/escrow.json'))?.mode).toBe(0o600)
    expect(told() + JSON.stringify(result) + JSON.stringify(stage.store.client('looker').list('configmaps'))).not.toContain(made)
    expect(await applyPlan(plan(password), options())).toMatchObject({ ok: true, changed: [] })
  }))

test.each([
  ['some other file', 'hello', 'is no escrow file of Stowage'],
  ['the escrow of another cluster', JSON.stringify({ kind: 'StowageEscrow', server: 'https://other', writtenAt: '', note: '', secrets: [] }), 'was written for the cluster at https://other'],
  ['an escrow of other Secrets', JSON.stringify({ kind: 'StowageEscrow', server: 'https://10.0.0.1:6443', writtenAt: '', note: '', secrets: [] }), 'does not hold repository-password'],
])('%s is never overwritten', (_, content, words) =>
  withSecrets(async (stage, { options }) => {
    await stage.effects.files.writeAtomic('/usb/escrow.json', content)
    const before = versions(stage)
    const result = await applyPlan(plan(password), options({ escrow: '/usb/escrow.json' }))
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining(words) })
    expect(await stage.effects.files.readText('/usb/escrow.json')).toBe(content)
    expect(versions(stage)).toEqual(before)
  }),
)

test('a place that cannot be written to makes nothing', () =>
  withSecrets(async (stage, { options }) => {
    const result = await applyPlan(plan(password), options({ escrow: '/nowhere/escrow.json' }))
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'failed', message: expect.stringContaining('cannot write the escrow file /nowhere/escrow.json') })
    expect(await read(stage, 'velero-repo-credentials')).toBeUndefined()
  }))

test('interrupted anywhere, what is in the cluster is what is in the file', async () => {
  const second = source('other', 'key', { from: 'generate' })
  for (let stopAt = 1; stopAt <= 24; stopAt++) {
    await withSecrets(async (stage, { options }) => {
      const stop = new AbortController()
      let seen = 0
      stage.world.faults.http = () => (++seen === stopAt && stop.abort(new Error('interrupted')), 'deliver')
      await applyPlan(plan(password, second), { ...options({ escrow: '/usb/escrow.json' }), signal: stop.signal }).catch(() => undefined)
      stage.world.faults.http = undefined
      expect(await applyPlan(plan(password, second), options({ escrow: '/usb/escrow.json' })), `stopped at request ${stopAt}`).toMatchObject({ ok: true })
      const { secrets }: { secrets: { name: string; value: string }[] } = JSON.parse(await stage.effects.files.readText('/usb/escrow.json'))
      for (const { name, value } of secrets) expect(Object.values((await read(stage, name)) ?? {}), `stopped at request ${stopAt}`).toEqual([value])
      expect(secrets).toHaveLength(2)
    })
  }
})

test('Secrets are not pruned, and are not in the inventory', () =>
  withSecrets(async (stage, { options }) => {
    await applyPlan(plan(s3), options({ environment: { S3_CREDENTIALS: 'x' } }))
    expect(await applyPlan(plan(), { ...options(), prune: true })).toMatchObject({ ok: true, left: [] })
    expect(await read(stage, 's3')).toEqual({ cloud: 'x' })
  }))
