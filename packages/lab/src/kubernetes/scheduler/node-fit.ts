/** The filters that look at node and pod only, in the order of the default profile. Pure. */
import { matchesNodeSelector } from '../controllers/label-match.ts'
import type { Node, Pod } from '../controllers/objects.ts'
import { tolerates, untolerated } from './taints.ts'
import { refuse, refuseForGood } from './verdict.ts'
import type { Refusal } from './verdict.ts'

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

export function refusedByNode(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  if (node.spec.unschedulable === true && !(pod.spec.tolerations ?? []).some((each) => tolerates(each, unschedulableTaint))) {
    return refuseForGood('node(s) were unschedulable')
  }
  if (untolerated(pod, node.spec.taints, ['NoSchedule', 'NoExecute']) !== undefined) return refuseForGood('node(s) had untolerated taint(s)')
  if (!wantsNode(pod, node)) return refuseForGood("node(s) didn't match Pod's node affinity/selector")
  return portsTaken(pod, others) ? refuse("node(s) didn't have free ports for the requested pod ports") : undefined
}

/** nodeSelector and required node affinity. */
export function wantsNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)
  return selected && matchesNodeSelector(pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, node)
}

function portsTaken(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod)
  return wanted.length > 0 && others.some((other) => hostPorts(other).some((port) => wanted.includes(port)))
}

function hostPorts(pod: Pod): readonly string[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort, containerPort, protocol }) => {
      const port = hostPort ?? (pod.spec.hostNetwork === true ? containerPort : undefined)
      return port === undefined ? [] : [`${protocol ?? 'TCP'}/${port}`]
    }),
  )
}
