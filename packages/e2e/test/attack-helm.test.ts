/** Attacks on Helm releases in apply: a helm that lies, releases of others in the way, two at work at once. */
import { StorageError } from '@stowage/core'
import type { HelmRelease } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { AppliablePlan, ApplyPlanOptions } from '@stowage/operations'
import type { VirtualProgram } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import { fakeHelm } from './fake-helm.ts'
import type { FakeHelm } from './fake-helm.ts'
import { onStage } from './operations-stage.ts'
import type { OperationsStage } from './operations-stage.ts'

const namespace = 'velero'
const release = (rest: Partial<HelmRelease> = {}): HelmRelease => ({
  id: `helm/${namespace}/velero`, phase: 'velero', name: 'velero', namespace, chart: { name: 'velero', repository: 'https://charts.example', version: '12.1.0' },
  values: { a: 1 }, reason: 'makes backups', dependsOn: [], holdsData: false, losing: '', crds: [], ...rest,
})
const metadata = { name: namespace, labels: { a: 'b' } }
const objects = [{ id: `Namespace/${namespace}`, phase: 'namespace', reason: '', object: { apiVersion: 'v1', kind: 'Namespace', metadata } }] as const
const plan = (rest: Partial<AppliablePlan> = {}): AppliablePlan => ({ name: 'homelab', namespace, objects, helmReleases: [release()], ...rest })

interface Stage extends OperationsStage {
  readonly helm: FakeHelm
  readonly options: ApplyPlanOptions
}

function withHelm(body: (stage: Stage) => Promise<void>, wrap: (helm: FakeHelm, stage: OperationsStage) => VirtualProgram = ({ program }) => program): Promise<void> {
  return onStage(async (stage) => {
    const { world, store, client } = stage
    const machine = world.process('helm')
    const helm = fakeHelm(store.client('helm'), machine.effects.files, machine.effects.clock, { velero: { versions: ['12.1.0', '12.0.0'], objects: [], takesMs: 100_000 } })
    const { effects } = world.process('cli', {}, { programs: { helm: wrap(helm, stage) } })
    await effects.files.makeDirectory('/private', 0o700)
    await body({ ...stage, helm, options: { client, waitMs: 200_000, helm: { programs: effects.programs, files: effects.files, random: effects.random, directory: '/private' } } })
  }, 'attack-helm')
}

/** As somebody else would install it. */
async function foreignInstall({ options }: Stage, values: object): Promise<void> {
  const files = options.helm?.files
  await files?.writeAtomic('/private/theirs.json', JSON.stringify(values))
  await options.helm?.programs.run({ program: 'helm', args: ['upgrade', '--install', 'velero', 'velero', '--repo', 'x', '--namespace', namespace, '--version', '12.0.0', '--values', '/private/theirs.json', '--wait', '--timeout', '200s'], timeoutMs: 300_000 })
}

const valuesNow = async ({ options }: Stage): Promise<string | undefined> => (await options.helm?.programs.run({ program: 'helm', args: ['get', 'values', 'velero', '--namespace', namespace, '--output', 'json'], timeoutMs: 9_000 }))?.stdout

test.each(['failed', 'nothing'])('a helm that ends well and leaves %s is not believed', (how) =>
  withHelm(
    async ({ options }) => {
      const result = await applyPlan(plan(), options)
      expect(result).toMatchObject({ ok: false, failure: { message: expect.stringMatching(how === 'failed' ? /helm ended well, but release velero\/velero is velero-12\.1\.0, failed \(revision 1\)/ : /helm ended well, but release velero\/velero is not there/) } })
    },
    ({ program, failNext }) => async (run) => {
      if (run.args[0] !== 'upgrade') return program(run)
      if (how === 'nothing') return { exitCode: 0, stdout: 'Happy Helming!' }
      failNext()
      await program(run)
      return { exitCode: 0, stdout: 'Happy Helming!' }
    },
  ),
)

test('a release that an interrupted apply only meant to make, and somebody else has made since, is theirs', () =>
  withHelm(async (stage) => {
    const { options } = stage
    const stop = new AbortController()
    await applyPlan(plan(), { ...options, signal: stop.signal, listener: ({ step, state }) => step === 'inventory:begin' && state === 'changed' && stop.abort(new Error('Ctrl-C')) })
    await foreignInstall(stage, { theirs: true })
    const result = await applyPlan(plan(), options)
    expect(result.outcomes.at(-1)).toMatchObject({ state: 'blocked', message: expect.stringContaining('was installed by somebody else') })
    expect(await valuesNow(stage)).toBe('{"theirs":true}')
    const gone = await applyPlan(plan({ helmReleases: [] }), { ...options, prune: true })
    expect(gone).toMatchObject({ ok: true })
    expect(await valuesNow(stage)).toBe('{"theirs":true}')
  }))

test('a release that somebody else installs while this apply is on its way to it is theirs', () =>
  withHelm(async (stage) => {
    const { options } = stage
    let theirs: Promise<void> | undefined
    const result = await applyPlan(plan(), { ...options, listener: ({ step, state }) => void (step === 'inventory:begin' && state === 'changed' && (theirs ??= foreignInstall(stage, { theirs: true }))) })
    await theirs
    expect(result.ok).toBe(false)
    expect(await valuesNow(stage)).toBe('{"theirs":true}')
  }))

test('an answer of helm that is not understood is not quoted: it may hold somebody’s secrets', () =>
  withHelm(
    async (stage) => {
      const made = { apiVersion: 'v1', kind: 'Namespace', metadata }
      stage.store.client('somebody').create('namespaces', made)
      await foreignInstall(stage, { password: 'canary-1' })
      const told = await applyPlan(plan(), stage.options).then((result) => JSON.stringify([result, result.failure instanceof StorageError ? result.failure.message + String(result.failure.cause) : '']))
      expect(told).toContain('not the JSON')
      expect(told).not.toContain('canary')
    },
    ({ program }) => async (run) => (run.args[0] === 'get' ? { stdout: 'password: canary-1\n' } : program(run)),
  ))
