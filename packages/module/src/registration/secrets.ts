/** Secrets that an engine makes beside the plan: the plan says which exist, the program brings what is in them. */
import { didYouMean, type Finding } from '@stowage/core'
import { idOf, type KubernetesObject, type Plan, type PlannedObject } from '../plan/plan.ts'

/** By `namespace/name` of the Secret (or its name alone, where no other is called so), by key: what is in it. Never part of a plan, of a message or of plain state. */
export type Contents = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface WithSecrets {
  readonly plan: Plan
  readonly findings: readonly Finding[]
}

/**
 * The plan with the Secrets whose content was brought, each before everything of its namespace. A content that the plan asks
 * for and nobody brings is a finding, and so is one that nothing asks for.
 */
export function withSecrets(plan: Plan, brought: Contents): WithSecrets {
  const places = placesIn(plan)
  const contents = Object.fromEntries(Object.entries(brought).map(([place, data]) => [wholePlace(place, places), data]))
  const secrets = Object.entries(contents).map(([place, data]) => secretObject(place, data))
  const needs = plan.needs.filter(({ kind, namespace = '', name }) => kind !== 'Secret' || contents[`${namespace}/${name}`] === undefined)
  return {
    plan: { ...plan, needs, objects: [...afterSecrets(plan.objects, secrets), ...secrets], helmReleases: afterSecrets(plan.helmReleases, secrets) },
    findings: [...missing(plan, contents), ...unasked(contents, places)],
  }
}

/** Every Secret that the plan makes from elsewhere, or needs. */
function placesIn(plan: Plan): readonly string[] {
  const needed = plan.needs.flatMap(({ kind, namespace, name }) => (kind === 'Secret' && namespace !== undefined ? [`${namespace}/${name}`] : []))
  return [...new Set([...plan.secrets.map(({ namespace, name }) => `${namespace}/${name}`), ...needed])]
}

function wholePlace(place: string, places: readonly string[]): string {
  const [only, ...others] = place.includes('/') ? [] : places.filter((known) => known.endsWith(`/${place}`))
  return only === undefined || others.length > 0 ? place : only
}

function missing(plan: Plan, contents: Contents): readonly Finding[] {
  return plan.secrets
    .filter(({ namespace, name, key }) => contents[`${namespace}/${name}`]?.[key] === undefined)
    .map(({ namespace, name, key, reason }) => ({
      rule: 'secret-without-content',
      severity: 'error',
      message: `${reason}; Pulumi reads neither environment nor files for it, and it generates none`,
      remedy: `bring it: secrets: { ${JSON.stringify(`${namespace}/${name}`)}: { ${JSON.stringify(key)}: config.requireSecret(…) } }`,
      path: ['secrets', `${namespace}/${name}`, key],
    }))
}

function unasked(contents: Contents, places: readonly string[]): readonly Finding[] {
  return Object.keys(contents)
    .filter((place) => !places.includes(place))
    .map((place) => ({
      rule: 'secret-nobody-reads',
      severity: 'error',
      message: `nothing in the plan reads a Secret ${JSON.stringify(place)}`,
      remedy: places.length === 0 ? 'remove it: the plan reads no Secret' : didYouMean(place, places),
      path: ['secrets', place],
    }))
}

function secretObject(place: string, data: Readonly<Record<string, unknown>>): PlannedObject {
  const [namespace = '', name = ''] = place.split('/')
  const object: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData: data }
  return { id: idOf(object), phase: 'secrets', object, reason: 'its content is brought by the program', dependsOn: [], holdsData: false, losing: 'what reads it no longer starts' }
}

function afterSecrets<T extends PlannedObject | Plan['helmReleases'][number]>(items: readonly T[], secrets: readonly PlannedObject[]): readonly T[] {
  return items.map((item) => {
    const before = secrets.filter(({ object }) => namespaceOf(item) === object.metadata.namespace).map(({ id }) => id)
    return before.length === 0 ? item : { ...item, dependsOn: [...item.dependsOn, ...before] }
  })
}

function namespaceOf(item: PlannedObject | Plan['helmReleases'][number]): string | undefined {
  return 'object' in item ? item.object.metadata.namespace : item.namespace
}
