import type { CustomResourceDefinition } from '@stowage/wire/crds'
import { faultsOfObject, RuleBook } from '@stowage/wire/structural-schema'
import type { Plan } from '../src/plan/plan.ts'

const rules = new RuleBook()

/** What a strict API server with these definitions says of the objects of a plan. */
export function refusals(definitions: readonly CustomResourceDefinition[], { objects }: Plan): readonly string[] {
  return objects.flatMap(({ id, object }) => {
    const definition = definitions.find(({ spec }) => spec.names.kind === object.kind && object.apiVersion.startsWith(`${spec.group}/`))
    if (definition === undefined) return []
    const { unknown, faults } = faultsOfObject(definition, JSON.parse(JSON.stringify(object)), rules)
    return [...unknown.map((path) => `${id}: ${path} is not known`), ...faults.map(({ message }) => `${id}: ${message}`)]
  })
}
