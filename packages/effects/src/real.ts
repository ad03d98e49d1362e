import type { Effects } from './effects.ts'
import { realClock } from './real/clock.ts'
import { realFiles } from './real/files.ts'
import { realHttp } from './real/http.ts'
import { realPrograms } from './real/programs.ts'
import type { ProgramLimits } from './real/programs.ts'
import { realRandom } from './real/random.ts'
import { realRpc } from './real/rpc.ts'

export { listenHttp } from './real/listen-http.ts'
export type { ListenOptions, Listening } from './real/listen-http.ts'
export { realProcesses } from './real/processes.ts'

export interface RealEffectsOptions {
  readonly programs?: Partial<ProgramLimits>
}

export interface RealEffects extends Effects {
  /** Ends kept connections. Nothing else is held. */
  close(): void
}

/** The ways out of this process, as they are. */
export function realEffects(options: RealEffectsOptions = {}): RealEffects {
  const http = realHttp()
  return {
    clock: realClock(),
    random: realRandom(),
    http,
    programs: realPrograms(options.programs),
    files: realFiles(),
    rpc: realRpc(),
    close: () => http.close(),
  }
}
