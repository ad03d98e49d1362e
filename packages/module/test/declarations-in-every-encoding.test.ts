import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodings, formats } from '../src/encode/index.ts'
import { stepsOf } from '../src/encode/steps.ts'
import { planStorage } from '../src/plan/plan-storage.ts'
import { readValue } from '../src/spec/read.ts'
import { arbitraryDeclaration } from './arbitrary-declaration.ts'
import { Folder } from './decode/decoded.ts'
import { terraformActions } from './decode/helm.ts'
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

test('what is to be done on Proxmox is the same script in every encoding, and the same actions in Terraform', () => {
  fc.assert(
    fc.property(arbitraryDeclaration, (declaration) => {
      const { spec } = readValue(declaration)
      fc.pre(spec !== undefined)
      const plan = planStorage(spec)
      const scripts = (['kubectl', 'kustomize', 'argocd', 'flux', 'helm'] as const).map((format) => encodings[format](plan, spec.delivery).filter(({ path }) => path.startsWith('proxmox-')))
      for (const script of scripts) expect(script).toEqual(scripts[0])
      const planned = plan.hostActions.map(({ action }) => action)
      const sorted = (actions: readonly unknown[]): readonly string[] => actions.map((action) => JSON.stringify(Object.entries(Object(action)).toSorted())).toSorted()
      expect(sorted(terraformActions(new Folder(encodings.terraform(plan, spec.delivery))))).toEqual(sorted(planned))
    }),
    { numRuns: 40 },
  )
})
