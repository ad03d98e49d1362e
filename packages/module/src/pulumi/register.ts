/** A plan becomes resources of a component: nothing is decided here. */
import * as kubernetes from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { fill } from '../inputs/fill.ts'
import type { Leaf } from '../inputs/leaves.ts'
import type { Plan } from '../plan/plan.ts'
import { registrationsOf, type ObjectRegistration, type Registration, type ReleaseRegistration } from '../registration/registrations.ts'
import { coreKinds } from './core-kinds.ts'
import { joining } from './outputs.ts'

export interface Registering {
  readonly name: string
  readonly parent: pulumi.ComponentResource
  readonly leaves: readonly Leaf[]
  /** Object id → id of what exists already, `namespace/name` or `name`. */
  readonly imports: Readonly<Record<string, string>>
}

/** Resources by id of the plan, in the order in which they were registered. */
export type Resources = ReadonlyMap<string, pulumi.Resource>

export function register(plan: Plan, registering: Registering): Resources {
  const resources = new Map<string, pulumi.Resource>()
  for (const one of registrationsOf(plan)) {
    const name = `${registering.name}:${one.key}`
    const opts = optionsOf(one, registering, resources)
    resources.set(one.id, one.kind === 'object' ? registerObject(name, one, opts, registering.leaves) : registerRelease(name, one, opts, registering.leaves))
  }
  return resources
}

function optionsOf({ id, aliases, keep, dependsOn }: Registration, { name, parent, imports }: Registering, resources: Resources): pulumi.CustomResourceOptions {
  return {
    parent,
    dependsOn: dependsOn.flatMap((before) => resources.get(before) ?? []),
    ...(aliases.length === 0 ? {} : { aliases: aliases.map((key) => ({ name: `${name}:${key}` })) }),
    ...(keep ? { protect: true, retainOnDelete: true } : {}),
    ...(imports[id] === undefined ? {} : { import: imports[id] }),
  }
}

function registerObject(name: string, { planned }: ObjectRegistration, opts: pulumi.CustomResourceOptions, leaves: readonly Leaf[]): pulumi.Resource {
  const { apiVersion, kind, ...rest } = planned.object
  const inputs: pulumi.Inputs = {}
  for (const [field, value] of Object.entries(rest)) inputs[field] = fill(value, leaves, joining)
  // Encrypted in the state, and in every value that is made of it.
  if (kind === 'Secret') inputs['stringData'] = pulumi.secret(inputs['stringData'])
  if (apiVersion !== 'v1') return new kubernetes.apiextensions.CustomResource(name, { ...inputs, apiVersion, kind }, opts)
  const registerCore = coreKinds[kind]
  if (registerCore === undefined) throw new pulumi.RunError(`the plan holds a ${kind}, which this version cannot register with Pulumi; report this with the declaration`)
  return registerCore(name, inputs, opts)
}

function registerRelease(name: string, { release }: ReleaseRegistration, opts: pulumi.CustomResourceOptions, leaves: readonly Leaf[]): pulumi.Resource {
  const { chart } = release
  const oci = chart.repository.startsWith('oci://')
  const inputs: pulumi.Inputs = {
    name: release.name,
    namespace: fill(release.namespace, leaves, joining),
    chart: oci ? `${chart.repository.replace(/\/$/, '')}/${chart.name}` : chart.name,
    version: chart.version,
    ...(oci ? {} : { repositoryOpts: { repo: chart.repository } }),
    values: fill(release.values, leaves, joining),
    createNamespace: false,
  }
  return new kubernetes.helm.v3.Release(name, { chart: '', ...inputs }, opts)
}
