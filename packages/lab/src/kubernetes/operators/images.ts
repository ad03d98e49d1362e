/** The operators as images: where their pods run, they act; where these are missing or stopped, nothing happens. */
import type { Api } from '../api/api.ts'
import type { ContainerContext, Images, Program } from '../kubelet/container.ts'
import { createLog } from '@stowage/core'
import { labCluster } from './lab-cluster.ts'
import { startStatusControllers } from './status-controllers.ts'
import type { OperatorName, StatusControllerOptions } from './status-controllers.ts'

export type OperatorFacts = Pick<StatusControllerOptions, 'disksOf' | 'bucketFault' | 'everyMs'>

/** By image without tag. Velero's plugins are init containers that copy a file and end. */
export function createOperatorImages(api: Api, facts: OperatorFacts = {}): Images {
  const plugin: Program = async () => 0
  return {
    'docker.io/rook/ceph': operatorProgram(api, 'rook', 'operator', facts),
    'docker.io/velero/velero': operatorProgram(api, 'velero', 'server', facts),
    'registry.k8s.io/sig-storage/snapshot-controller': operatorProgram(api, 'snapshots', undefined, facts),
    'docker.io/velero/velero-plugin-for-aws': plugin,
    'docker.io/velero/velero-plugin-for-microsoft-azure': plugin,
    'docker.io/velero/velero-plugin-for-gcp': plugin,
  }
}

/** `word`: the argument that makes the image an operator and not one of its other programs (Velero's node-agent). */
function operatorProgram(api: Api, name: OperatorName, word: string | undefined, facts: OperatorFacts): Program {
  return async (context) => {
    const isOperator = word === undefined || [...context.command, ...context.args].includes(word)
    const log = createLog(({ level, message, fields }) => context.log(`${level} ${message} ${JSON.stringify(fields)}`))
    const { clock, random } = context.effects
    const loop = isOperator ? startStatusControllers({ api: labCluster(api.as(name)), clock, random, log, only: [name], ...facts }) : undefined
    await stopped(context)
    loop?.stop()
    return 0
  }
}

function stopped(context: ContainerContext): Promise<void> {
  return new Promise((resolve) => {
    if (context.stop.aborted) resolve()
    else context.stop.addEventListener('abort', () => resolve(), { once: true })
  })
}
