/** What has to be so for every plan: each encoding, read as its tool reads it, holds the plan's objects and releases. */
import { expect } from 'vitest'
import { encodings, type Format } from '../src/encode/index.ts'
import { releaseName } from '../src/encode/steps.ts'
import type { Plan } from '../src/plan/plan.ts'
import type { DeliverySpec } from '../src/spec/cluster-spec.ts'
import { decode } from './decode/decode.ts'
import { at, text, withoutDelivery, type Decoded } from './decode/decoded.ts'

/** What the cluster would get, in an order of its own. */
export function sorted({ objects, releases }: Decoded): Decoded {
  const key = (object: unknown): string => `${text(object, 'apiVersion')}/${text(object, 'kind')}/${JSON.stringify(at(object, 'metadata', 'name'))}/${JSON.stringify(Object(at(object, 'metadata')).namespace)}`
  return { objects: objects.map(withoutDelivery).toSorted((a, b) => key(a).localeCompare(key(b))), releases: releases.toSorted((a, b) => a.name.localeCompare(b.name)) }
}

export function plannedOnly({ objects, helmReleases }: Plan): Decoded {
  const releases = helmReleases.map((release) => ({ name: releaseName(release), namespace: release.namespace, chart: release.chart.name, repository: release.chart.repository, version: release.chart.version, values: release.values }))
  return sorted(JSON.parse(JSON.stringify({ objects: objects.map(({ object }) => object), releases })))
}

export function expectThePlan(format: Format, plan: Plan, delivery: DeliverySpec): void {
  const decoded = sorted(decode(format, encodings[format](plan, delivery)))
  const planned = plannedOnly(plan)
  expect(decoded.objects).toEqual(planned.objects)
  // A stream of objects cannot hold releases: it names them.
  if (format !== 'yaml') expect(decoded.releases).toEqual(planned.releases)
}
