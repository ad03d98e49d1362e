import { expect, test } from 'vitest'
import type { Pod } from '../controllers/objects.ts'
import { nextStep } from './container-steps.ts'
import type { Container } from './runtime.ts'

function pod(spec: object): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '' }, spec: { containers: [{ name: 'main' }], ...spec } }
}

function ran(name: string, attempt: number, exitCode?: number, finishedMs = 1_000): Container {
  const spec = { namespace: 'n', pod: 'p', podUid: 'u', name, node: 'k1', image: '', command: [], args: [], env: {}, mounts: [], privileged: false, isInit: false, attempt }
  return { id: `${name}-${attempt}`, spec, startedMs: 0, ...(exitCode === undefined ? {} : { exitCode, finishedMs }) }
}

const names = (step: ReturnType<typeof nextStep>): readonly string[] => step.start.map(({ spec, attempt }) => `${spec.name}#${attempt}`)

test('a container that failed is started again at once, and then after ten and twenty seconds', () => {
  expect(names(nextStep(pod({}), [ran('main', 0, 1)], 1_000))).toEqual(['main#1'])
  expect(nextStep(pod({}), [ran('main', 1, 1)], 5_000)).toMatchObject({ start: [], backingOff: [{ name: 'main', untilMs: 11_000 }] })
  expect(names(nextStep(pod({}), [ran('main', 1, 1)], 11_000))).toEqual(['main#2'])
  expect(nextStep(pod({}), [ran('main', 2, 1)], 11_000).backingOff).toEqual([{ name: 'main', untilMs: 21_000 }])
})

test('the restart policy decides whether an end is the end', () => {
  expect(nextStep(pod({ restartPolicy: 'Never' }), [ran('main', 0, 1)], 1_000).over).toBe('Failed')
  expect(nextStep(pod({ restartPolicy: 'OnFailure' }), [ran('main', 0, 0)], 1_000).over).toBe('Succeeded')
  expect(nextStep(pod({ restartPolicy: 'OnFailure' }), [ran('main', 0, 1)], 1_000).over).toBeUndefined()
})

test('nothing starts before the init containers have ended well, and a sidecar among them only has to run', () => {
  const withInits = pod({ initContainers: [{ name: 'proxy', restartPolicy: 'Always' }, { name: 'prepare' }] })
  expect(names(nextStep(withInits, [], 0))).toEqual(['proxy#0'])
  expect(names(nextStep(withInits, [ran('proxy', 0)], 0))).toEqual(['prepare#0'])
  expect(nextStep(withInits, [ran('proxy', 0), ran('prepare', 0)], 0)).toMatchObject({ start: [], initialized: false })
  expect(names(nextStep(withInits, [ran('proxy', 0), ran('prepare', 0, 0)], 0))).toEqual(['main#0'])
})
