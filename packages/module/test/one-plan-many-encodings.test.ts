import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodings, formats, type Format } from '../src/encode/index.ts'
import { idOf, type Plan } from '../src/plan/plan.ts'
import { arbitraryPlan, delivery } from './arbitrary-plan.ts'
import { decode } from './decode/decode.ts'
import { text } from './decode/decoded.ts'
import { expectThePlan, sorted } from './encodings-agree.ts'

function holdsThePlan(format: Format, plan: Plan): void {
  if ((format === 'kustomize' || format === 'flux') && plan.objects.some(({ object }) => /"<<":/.test(JSON.stringify(object).replaceAll('\\"', '')))) {
    expect(() => encodings[format](plan, delivery)).toThrow(/"<<", which kustomize drops/)
    return
  }
  expectThePlan(format, plan, delivery)
}

/** Less what kustomize cannot carry. */
const deliverable = arbitraryPlan.filter((plan) => !JSON.stringify(plan).includes('<<'))

test.each(formats)('%s holds the objects and the releases of any plan, and nothing else, whatever is written in them', (format) => {
  fc.assert(fc.property(arbitraryPlan, (plan) => holdsThePlan(format, plan)), { numRuns: 150 })
})

test.each(formats)('%s is the same for the same plan, and independent of the order in which a phase was planned', (format) => {
  fc.assert(
    fc.property(deliverable, (plan) => {
      expect(encodings[format](plan, delivery)).toEqual(encodings[format](plan, delivery))
      const turned = sorted(decode(format, encodings[format]({ ...plan, objects: plan.objects.toReversed() }, delivery)))
      expect(turned).toEqual(sorted(decode(format, encodings[format](plan, delivery))))
    }),
    { numRuns: 30 },
  )
})

test('a step of the plan never moves an object because of what else is declared: tools would prune it where it was', () => {
  fc.assert(
    fc.property(deliverable, fc.nat(), (plan, seed) => {
      const left = plan.objects.filter((_, index) => (seed >> index % 30) % 2 === 0)
      for (const format of ['argocd', 'flux', 'terraform', 'helm'] as const) {
        const whole = placesOf(encodings[format](plan, delivery))
        for (const [id, place] of placesOf(encodings[format]({ ...plan, objects: left, helmReleases: plan.helmReleases }, delivery))) expect(whole.get(id)).toBe(place)
      }
    }),
    { numRuns: 60 },
  )
})

function placesOf(files: ReturnType<(typeof encodings)[Format]>): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  for (const { path, content } of files) {
    if (!path.endsWith('objects.yaml') || path.includes('/templates/')) continue
    for (const object of decode('yaml', [{ path: 'one.yaml', content }]).objects) places.set(`${text(object, 'apiVersion')} ${idOf(JSON.parse(JSON.stringify(object)))}`, path)
  }
  return places
}
