import type { Ready } from '@stowage/module'

/** Whether an object does what it is there for. `message` says what is still missing, or what is there. */
export interface Readiness {
  readonly ready: boolean
  readonly message: string
}

/** The fields that readiness is read from, over all kinds. */
export interface LiveObject {
  readonly kind?: string
  readonly metadata?: { readonly generation?: number; readonly deletionTimestamp?: string }
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly phase?: string
    readonly message?: string
    readonly ceph?: { readonly health?: string; readonly details?: Readonly<Record<string, { readonly message?: string }>> }
    readonly validationErrors?: readonly string[]
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string; readonly reason?: string }[]
  }
}

const yes = (message: string): Readiness => ({ ready: true, message })
const no = (message: string): Readiness => ({ ready: false, message })

/** By kind; a kind that is not listed is ready as soon as it exists. Rules of `kubectl rollout status` and `kubectl wait`. */
const rules: Readonly<Record<string, (object: LiveObject) => Readiness>> = {
  Namespace: ({ status }) => (status?.phase === 'Active' ? yes('active') : no(`is ${status?.phase ?? 'not yet active'}`)),
  CustomResourceDefinition: (object) => condition(object, 'Established'),
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
}

/** `wanted`: what the plan waits for; without it, by kind. */
export function readinessOf(object: LiveObject | undefined, wanted?: Ready): Readiness {
  if (object === undefined) return no('does not exist yet')
  if (object.metadata?.deletionTimestamp !== undefined) return no('is being deleted')
  if (wanted !== undefined) return asPlanned(object, wanted)
  return rules[object.kind ?? '']?.(object) ?? yes('exists')
}

function asPlanned(object: LiveObject, { conditions = [], fields = {} }: Ready): Readiness {
  const missing = conditions.filter((type) => object.status?.conditions?.find((each) => each.type === type)?.status !== 'True')
  const other = Object.entries(fields).filter(([path, value]) => String(fieldAt(object, path)) !== value)
  if (missing.length === 0 && other.length === 0) return yes(Object.entries(fields).map(([path, value]) => `${path} is ${value}`).concat(conditions.map((type) => `is ${type}`)).join(', '))
  const wants = [...other.map(([path, value]) => `${path} is ${String(fieldAt(object, path) ?? 'not there yet')}, not ${value}`), ...missing.map((type) => `is not ${type} yet`)]
  const said = reasonsIn(object)
  return no([...wants, ...said].join('; '))
}

/** What the operator says of it: `status.message` (Rook, Velero), Ceph's health with its details, and conditions that are not as they should be. */
export function reasonsIn({ status }: LiveObject): readonly string[] {
  const { message, ceph, conditions = [], validationErrors = [] } = status ?? {}
  const health = ceph?.health === undefined || ceph.health === 'HEALTH_OK' ? [] : [`${ceph.health}${Object.entries(ceph.details ?? {}).map(([check, detail]) => `, ${check}: ${detail.message ?? ''}`).join('')}`]
  const failing = conditions.filter(({ type, status: is, message: why }) => why !== undefined && why !== '' && (/Fail|Error/i.test(type) ? is === 'True' : is === 'False')).map(({ message: why }) => why ?? '')
  return [...new Set([...(message === undefined || message === '' ? [] : [message]), ...health, ...failing, ...validationErrors])]
}

function fieldAt(object: object, path: string): unknown {
  let value: unknown = object
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** Whether a kind has to be waited for at all. */
export function hasReadiness(kind: string): boolean {
  return kind in rules
}

function condition({ status }: LiveObject, type: string): Readiness {
  const found = status?.conditions?.find((each) => each.type === type)
  return found?.status === 'True' ? yes(type.toLowerCase()) : no(found?.message ?? `is not ${type.toLowerCase()} yet`)
}

function observed({ metadata, status }: LiveObject): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0)
}

function deployment(object: LiveObject): Readiness {
  const { spec, status = {} } = object
  const wanted = spec?.replicas ?? 1
  if (!observed(object)) return no('its controller has not seen the change yet')
  const stalled = status.conditions?.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas = 0 } = status
  if (updated < wanted) return no(`${updated} of ${wanted} replicas are of the new version${stalled === undefined ? '' : `; ${stalled.message}`}`)
  if (replicas > updated) return no(`${replicas - updated} replicas of the old version are still there`)
  if (available < updated) return no(`${available} of ${wanted} replicas are available`)
  return yes(`${available} of ${wanted} replicas are available`)
}

function statefulSet(object: LiveObject): Readiness {
  const wanted = object.spec?.replicas ?? 1
  const { updatedReplicas: updated = 0, readyReplicas: ready = 0 } = object.status ?? {}
  if (!observed(object)) return no('its controller has not seen the change yet')
  if (updated < wanted || ready < wanted) return no(`${ready} of ${wanted} replicas are ready`)
  return yes(`${ready} of ${wanted} replicas are ready`)
}

function daemonSet(object: LiveObject): Readiness {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberAvailable: available = 0 } = object.status ?? {}
  if (!observed(object)) return no('its controller has not seen the change yet')
  if (updated < wanted) return no(`${updated} of ${wanted} nodes have the new version`)
  if (available < wanted) return no(`available on ${available} of ${wanted} nodes`)
  return yes(`available on ${available} of ${wanted} nodes`)
}
