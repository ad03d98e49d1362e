/**
 * What runs in the lab's containers. An image is a function: real programs (the driver under test, handed in by whoever
 * builds the lab) and the lab's own sidecars and shells are started alike.
 */
import type { Effects } from '@stowage/effects'

export interface ContainerContext {
  readonly namespace: string
  readonly pod: string
  readonly podUid: string
  readonly container: string
  readonly node: string
  /** command + args of the container, `$(VAR)` expanded; empty when the spec gives neither. */
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /**
   * The container's own view: files under its volume mounts (and its own empty root elsewhere), programs of its machine, RPC addresses
   * by container path, HTTP in which the in-cluster API address (`https://kubernetes.default.svc`) is the lab's own.
   * They fall silent when the container is killed.
   */
  readonly effects: Effects
  /** Its privileges, as far as they matter: may it mount, may it see devices. */
  readonly privileged: boolean
  /** One line of the container's log. */
  readonly log: (line: string) => void
  /** Aborts at SIGTERM; after the grace period the effects fall silent. */
  readonly stop: AbortSignal
}

/** Resolves with the exit code when the program ends. */
export type Program = (context: ContainerContext) => Promise<number>

/** By image reference without tag or digest, e.g. `ghcr.io/stowage-dev/driver`. An image not listed runs the lab's small shell. */
export type Images = Readonly<Record<string, Program>>
