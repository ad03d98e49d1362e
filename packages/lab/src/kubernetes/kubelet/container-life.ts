/** The end of a container: asked to stop, or killed. */

/** The reason with which `stop` aborts when the container was killed: its effects are silent already, and it may only let go of what it holds in memory. */
export class ContainerKilled extends Error {
  override readonly name = 'ContainerKilled'
}

export function isKilled(stop: AbortSignal): boolean {
  return stop.reason instanceof ContainerKilled
}
