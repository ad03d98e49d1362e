/** A claim's resize conditions and KEP-1790's allocatedResources: written by the resizer and then by the kubelet. */
import type { PersistentVolumeClaimCondition } from 'kubernetes-types/core/v1'
import type { Clock } from '@stowage/effects'
import type { Api } from '../../api/api.ts'
import type { Claim } from '../objects.ts'
import { changeStatus, timestamp } from '../write.ts'

export type ResizeStatus = 'ControllerResizeInProgress' | 'ControllerResizeInfeasible' | 'NodeResizePending' | 'NodeResizeInProgress' | 'NodeResizeInfeasible'

const resizeConditions = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError']

export interface ResizeNote {
  /** `done` clears it. */
  readonly status?: ResizeStatus | 'done'
  readonly allocated?: string
  /** The claim's new capacity. */
  readonly capacity?: string
  readonly condition?: { readonly type: string; readonly message?: string }
  /** The other resize conditions stay. */
  readonly keepConditions?: boolean
}

export function noteResize(api: Api, clock: Clock, claim: Claim, note: ResizeNote): Claim | undefined {
  return changeStatus<Claim>(api, 'persistentvolumeclaims', claim, (current) => {
    const { allocatedResourceStatuses, conditions = [], ...status } = current.status ?? {}
    const statuses = note.status === undefined ? allocatedResourceStatuses : withStatus(allocatedResourceStatuses, note.status)
    const left = conditions.filter(({ type }) => type !== note.condition?.type && (note.keepConditions === true || !resizeConditions.includes(type)))
    const old = conditions.find(({ type, message }) => type === note.condition?.type && message === note.condition.message)
    const now: PersistentVolumeClaimCondition[] = note.condition === undefined ? [] : [old ?? { ...note.condition, status: 'True', lastTransitionTime: timestamp(clock) }]
    const all = [...left, ...now]
    return {
      ...status,
      ...(note.allocated === undefined ? {} : { allocatedResources: { ...status.allocatedResources, storage: note.allocated } }),
      ...(note.capacity === undefined ? {} : { capacity: { ...status.capacity, storage: note.capacity } }),
      ...(statuses === undefined ? {} : { allocatedResourceStatuses: statuses }),
      ...(all.length === 0 ? {} : { conditions: all }),
    }
  })
}

function withStatus(current: Readonly<Record<string, string>> | undefined, status: ResizeStatus | 'done'): Record<string, string> | undefined {
  const { storage: _storage, ...others } = current ?? {}
  if (status !== 'done') return { ...others, storage: status }
  return Object.keys(others).length === 0 ? undefined : others
}

export function resizeStatusOf(claim: Claim): string | undefined {
  return claim.status?.allocatedResourceStatuses?.['storage']
}
