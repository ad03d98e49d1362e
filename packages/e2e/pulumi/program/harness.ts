/** Runs a Pulumi program under mocks and records everything that it registers, with options, and everything that it says. */
import * as pulumi from '@pulumi/pulumi'

/** Not in Pulumi's types: until everything that was asked of the mocked engine is answered. */
const settings: { waitForRPCs(): Promise<void> } = require('@pulumi/pulumi/runtime/settings')

export interface Registered {
  readonly type: string
  readonly name: string
  readonly inputs: Record<string, unknown>
  readonly provider: string | undefined
  /** Id of what is imported. */
  readonly id: string | undefined
  readonly options: pulumi.CustomResourceOptions
  /** Logical name of the component that it belongs to. */
  readonly parent: string | undefined
  /** Logical names of what is registered before. */
  readonly dependsOn: readonly string[]
}

export interface Run {
  /** Without the stack itself. */
  readonly resources: readonly Registered[]
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
  readonly error: unknown
  readonly outputs: Record<string, unknown>
}

export async function run(program: () => unknown, { preview = false }: { preview?: boolean } = {}): Promise<Run> {
  const seen: Omit<Registered, 'options' | 'parent' | 'dependsOn'>[] = []
  const options = new Map<string, pulumi.CustomResourceOptions>()
  const names = new Map<pulumi.Resource, string>()
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs, provider, id }) => {
        seen.push({ type, name, inputs, provider: provider === '' ? undefined : provider, id: id === '' ? undefined : id })
        return { id: preview && type.startsWith('test:') ? undefined : `${name}-id`, state: { ...inputs, ...(type === 'test:index:Source' && !preview ? { value: inputs.becomes } : {}) } }
      },
    },
    'project',
    'stack',
    preview,
  )
  const warnings: string[] = []
  const notes: string[] = []
  const { log, warn } = console
  console.log = (text: string) => void notes.push(...text.replace(/^info: \[runtime\] /, '').split('\n'))
  console.warn = (text: string) => void warnings.push(text.replace(/^warning: \[runtime\] /, ''))
  let error: unknown
  let outputs: Record<string, unknown> = {}
  try {
    const returned = await pulumi.runtime.runInPulumiStack(async () => {
      // Caught here: the stack would report it a second time, after the test.
      pulumi.runtime.registerStackTransformation(({ type, name, opts, resource }) => {
        options.set(`${type} ${name}`, { ...opts })
        names.set(resource, name)
        return undefined
      })
      try {
        return await program()
      } catch (caught) {
        error = caught
        return {}
      }
    })
    await Promise.all([...names.keys()].map((resource) => new Promise((resolve) => resource.urn.apply(resolve))))
    await settings.waitForRPCs()
    outputs = returned ?? {}
  } finally {
    Object.assign(console, { log, warn })
  }
  const resources = seen
    .filter(({ type }) => type !== 'pulumi:pulumi:Stack')
    .map((one) => {
      const opts = options.get(`${one.type} ${one.name}`) ?? {}
      const before = Array.isArray(opts.dependsOn) ? opts.dependsOn : []
      return { ...one, options: opts, parent: opts.parent && names.get(opts.parent), dependsOn: before.map((resource) => (pulumi.Resource.isInstance(resource) && names.get(resource)) || 'unknown') }
    })
  return { resources, warnings, notes, error, outputs }
}

/** A resource whose `value` is known only after `up`. */
export class Source extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>
  constructor(name: string, becomes: string) {
    super('test:index:Source', name, { becomes, value: undefined })
  }
}

/** The Kubernetes objects and releases among what was registered. */
export function kubernetes({ resources }: Run): readonly Registered[] {
  return resources.filter(({ type }) => type.startsWith('kubernetes:'))
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve))
}
