import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formats } from '../src/encode/index.ts'
import { stepsOf } from '../src/encode/steps.ts'
import { planStorage } from '../src/plan/plan-storage.ts'
import { readValue } from '../src/spec/read.ts'
import { arbitraryDeclaration } from './arbitrary-declaration.ts'
import { expectThePlan } from './encodings-agree.ts'

test('most random declarations are valid ones: the generators know what may be written', () => {
  const sample = fc.sample(arbitraryDeclaration, { numRuns: 150, seed: 7 })
  const refused = sample.flatMap((declaration) => {
    const { spec, findings } = readValue(declaration)
    return spec === undefined ? [findings.filter(({ severity }) => severity === 'error').map(({ rule, path }) => `${rule} ${path.join('.')}`)] : []
  })
  expect(refused.length, JSON.stringify(refused.slice(0, 5))).toBeLessThan(30)
})

test('every encoding holds identical objects and identical releases, for random declarations', () => {
  fc.assert(
    fc.property(arbitraryDeclaration, (declaration) => {
      const { spec } = readValue(declaration)
      fc.pre(spec !== undefined)
      const plan = planStorage(spec)
      for (const format of formats) expectThePlan(format, plan, spec.delivery)
    }),
    { numRuns: 25 },
  )
})

test('nothing is applied before what it depends on, for random declarations', () => {
  fc.assert(
    fc.property(arbitraryDeclaration, (declaration) => {
      const { spec } = readValue(declaration)
      fc.pre(spec !== undefined)
      const plan = planStorage(spec)
      const order = new Map<string, number>()
      for (const step of stepsOf(plan)) for (const { id } of step.kind === 'objects' ? step.objects : [step.release]) order.set(id, step.order)
      for (const { id, dependsOn } of [...plan.objects, ...plan.helmReleases]) {
        for (const before of dependsOn) if (order.has(before)) expect(order.get(before), `${id} before ${before}`).toBeLessThanOrEqual(order.get(id) ?? 0)
      }
    }),
    { numRuns: 60 },
  )
})
