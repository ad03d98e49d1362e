/** What the API server asks a kubelet for: it has no containers of its own. Implemented by the lab's kubelets. */
import type { Cancel } from '@stowage/effects'

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

export interface LogOptions {
  readonly previous?: boolean
}

export interface LogLine {
  /** RFC 3339 with nanoseconds, as the kubelet stamps it. */
  readonly time: string
  readonly text: string
}

export interface LogStream {
  /** What was written so far, oldest first. */
  readonly lines: readonly LogLine[]
  /** Calls `listener` for each line after those, and with undefined once when the container has ended. */
  follow(listener: (line: LogLine | undefined) => void): Cancel
}

/** `container` undefined: the pod's only one, or its first. Both throw `ApiStatusError`. */
export interface PodStreams {
  exec(namespace: string, pod: string, container: string | undefined, command: readonly string[], stdin?: Uint8Array): Promise<ExecResult>
  logs(namespace: string, pod: string, container: string | undefined, options: LogOptions): LogStream
}
