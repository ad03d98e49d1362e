import type { Clock } from './clock.ts'
import type { Files } from './files.ts'
import type { Http } from './http.ts'
import type { Programs } from './programs.ts'
import type { Random } from './random.ts'
import type { Rpc } from './rpc.ts'

/** Every way out of a process. Real ones: `@stowage/effects/real`; virtual ones: `@stowage/effects/virtual`. */
export interface Effects {
  readonly clock: Clock
  readonly random: Random
  readonly http: Http
  readonly programs: Programs
  readonly files: Files
  readonly rpc: Rpc
}
