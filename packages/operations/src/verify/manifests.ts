import { createHash } from 'node:crypto'
import type { Size } from '@stowage/core'
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'

/** What one verification makes, all under one label, so that whatever is left can be found and deleted at once. */
export interface Trial {
  /** `x7k2p`; part of each name and the value of the label. */
  readonly id: string
  readonly namespace: string
  readonly className: string
  readonly size: Size
  /** Any image with `sh`, `cat`, `echo`, `sleep` and `sha256sum`. */
  readonly image: string
  /** The line that is written. */
  readonly content: string
}

export const trialLabel = 'stowage.dev/verify'
const path = '/data/stowage-verify.txt'

export function claimName({ id, className }: Trial): string {
  return `stowage-verify-${className.replaceAll('.', '-').slice(0, 40)}-${id}`
}

export function claimOf(trial: Trial): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(trial), namespace: trial.namespace, labels: { [trialLabel]: trial.id } },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: trial.className, resources: { requests: { storage: trial.size.toString() } } },
  }
}

/** Writes the line, reads it back, and ends. */
export function writerOf(trial: Trial): Pod {
  return podOf(trial, 'write', `echo '${trial.content}' > ${path} && sha256sum ${path}`)
}

/** Reads the line in another pod, and stays, so that the volume can grow while it is mounted. */
export function readerOf(trial: Trial): Pod {
  return podOf(trial, 'read', `sha256sum ${path} && sleep 3600`)
}

/** Reads the line on a node that is not `node`. */
export function moverOf(trial: Trial, node: string): Pod {
  const pod = podOf(trial, 'move', `sha256sum ${path}`)
  const elsewhere = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: [node] }
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [elsewhere] }] } } }
  return { ...pod, spec: { containers: [], ...pod.spec, affinity } }
}

function podOf(trial: Trial, role: string, script: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${claimName(trial)}-${role}`, namespace: trial.namespace, labels: { [trialLabel]: trial.id } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'verify', image: trial.image, command: ['sh', '-c', script], volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claimName(trial) } }],
    },
  }
}

/** What sha256sum says of the file: the line with its end. */
export function hashOf({ content }: Trial): string {
  return createHash('sha256').update(`${content}\n`).digest('hex')
}

/** Whether a pod's log shows the expected content; undefined when it does, else what it shows. */
export function wrongInLog(trial: Trial, log: string): string | undefined {
  if (log.includes(hashOf(trial))) return undefined
  const seen = log.trim()
  return seen === '' ? 'the pod wrote nothing to its log' : `the pod said: ${seen.slice(-300)}; expected the SHA-256 ${hashOf(trial)}`
}
