import type { Pod } from 'kubernetes-types/core/v1'

/** Why pods do not run, one sentence each; empty when nothing is wrong that the pods themselves say. */
export function podTroubles(pods: readonly Pod[]): readonly string[] {
  return pods.flatMap((pod) => {
    const { metadata, status } = pod
    const unscheduled = status?.conditions?.find(({ type, status: state }) => type === 'PodScheduled' && state === 'False')
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    const waiting = containers.flatMap(({ name, state, lastState }) => {
      const { reason = '', message = '' } = state?.waiting ?? {}
      if (reason === '' || reason === 'ContainerCreating' || reason === 'PodInitializing') return []
      const before = lastState?.terminated
      const ended = before === undefined ? '' : `; it ended with exit code ${before.exitCode}${before.message === undefined ? '' : `: ${before.message.trim().slice(-300)}`}`
      return [`container ${name}: ${reason}${message === '' ? '' : `: ${message}`}${ended}`]
    })
    const said = [...(unscheduled === undefined ? [] : [unscheduled.message ?? 'is not scheduled']), ...waiting]
    return said.map((sentence) => `pod ${metadata?.name}: ${sentence}`)
  })
}
