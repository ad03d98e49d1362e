/** A plan becomes resources of a component: nothing is decided here. */
import * as kubernetes from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { fill } from '../inputs/fill.ts'
import { landingOf } from '../inputs/declaration-leaves.ts'
import type { Leaf } from '../inputs/leaves.ts'
import type { KubernetesMetadata, Plan, PlannedObject, Ready } from '../plan/plan.ts'
import { registrationsOf, type LookRegistration, type ObjectRegistration, type Registration, type ReleaseRegistration } from '../registration/registrations.ts'
import { waitFor, waitForAnnotation } from '../registration/wait-for.ts'
import { coreKinds } from './core-kinds.ts'
import { joining } from './outputs.ts'

export interface Registering {
  readonly name: string
  readonly parent: pulumi.ComponentResource
  readonly leaves: readonly Leaf[]
  /** Key of an object or release → id of what exists already, `namespace/name` or `name`. */
  readonly imports: Readonly<Record<string, string>>
  /** Whether what comes later waits until something is ready, not only there. */
  readonly wait: boolean
}

/** Resources by id of the plan, in the order in which they were registered. */
export type Resources = ReadonlyMap<string, pulumi.CustomResource>

export function register(plan: Plan, registering: Registering): Resources {
  const resources = new Map<string, pulumi.CustomResource>()
  for (const one of registrationsOf(plan)) resources.set(one.id, registerOne(one, registering, resources))
  return resources
}

function registerOne(one: Registration, registering: Registering, resources: Resources): pulumi.CustomResource {
  const name = `${registering.name}:${one.key}`
  const opts = optionsOf(one, registering, resources)
  switch (one.kind) {
    case 'object':
      return registerObject(name, one, opts, registering)
    case 'release':
      return registerRelease(name, one, opts, registering)
    case 'look':
      return lookAt(name, one, registering, resources)
  }
}

function optionsOf({ key, aliases, keep, dependsOn }: Registration, { name, parent, imports }: Registering, resources: Resources): pulumi.CustomResourceOptions {
  return {
    parent,
    dependsOn: dependsOn.flatMap((before) => resources.get(before) ?? []),
    ...(aliases.length === 0 ? {} : { aliases: aliases.map((earlier) => ({ name: `${name}:${earlier}` })) }),
    ...(keep ? { protect: true, retainOnDelete: true } : {}),
    ...(imports[key] === undefined ? {} : { import: imports[key] }),
  }
}

function registerObject(name: string, { planned }: ObjectRegistration, opts: pulumi.CustomResourceOptions, registering: Registering): pulumi.CustomResource {
  const { apiVersion, kind, ...rest } = planned.object
  const inputs: pulumi.Inputs = {}
  const metadata = registering.wait && planned.ready !== undefined ? withWait(rest.metadata, planned.ready) : rest.metadata
  for (const [field, value] of Object.entries({ ...rest, metadata })) inputs[field] = fill(value, registering.leaves, joining)
  for (const leaf of registering.leaves) {
    const landing = landingOf(leaf)
    if (landing?.id === planned.id) inputs[landing.field] = leaf.input
  }
  // Encrypted in the state, and in every value that is made of it.
  if (kind === 'Secret') inputs['stringData'] = pulumi.secret(inputs['stringData'])
  const options = { ...opts, ...patience(planned, registering.wait) }
  if (apiVersion !== 'v1') return new kubernetes.apiextensions.CustomResource(name, { ...inputs, apiVersion, kind }, options)
  const registerCore = coreKinds[kind]
  if (registerCore === undefined) throw new pulumi.RunError(`the plan holds a ${kind}, which this version cannot register with Pulumi; report this with the declaration`)
  return registerCore(name, inputs, options)
}

function withWait(metadata: KubernetesMetadata, ready: Ready): KubernetesMetadata {
  return { ...metadata, annotations: { ...metadata.annotations, [waitForAnnotation]: waitFor(ready) } }
}

/** The first start of a Ceph cluster pulls large images and makes an OSD of each disk; Pulumi's ten minutes are not always enough. */
function patience({ object }: PlannedObject, wait: boolean): pulumi.CustomResourceOptions {
  return wait && object.kind === 'CephCluster' ? { customTimeouts: { create: '30m', update: '30m' } } : {}
}

function registerRelease(name: string, { release }: ReleaseRegistration, opts: pulumi.CustomResourceOptions, { leaves }: Registering): pulumi.CustomResource {
  const { chart } = release
  const oci = chart.repository.startsWith('oci://')
  const inputs: pulumi.Inputs = {
    name: release.name,
    namespace: fill(release.namespace, leaves, joining),
    version: chart.version,
    ...(oci ? {} : { repositoryOpts: { repo: chart.repository } }),
    values: fill(release.values, leaves, joining),
    createNamespace: false,
  }
  return new kubernetes.helm.v3.Release(name, { ...inputs, chart: oci ? `${chart.repository.replace(/\/$/, '')}/${chart.name}` : chart.name }, opts)
}

/** Fails where it is not there. Before its namespace is made, the id is not known, and a preview looks at nothing yet. */
function lookAt(name: string, look: LookRegistration, { parent, leaves }: Registering, resources: Resources): pulumi.CustomResource {
  const before = look.dependsOn.flatMap((id) => resources.get(id)?.id ?? [])
  const id = pulumi.all([fill(look.namespace, leaves, joining), ...before]).apply(([namespace]) => `${String(namespace)}/${look.name}`)
  return kubernetes.core.v1.Secret.get(name, id, { parent })
}
