/** What the lab's nodes can pull beyond the lab's own images: the driver, as it is shipped. */
import { createLog } from '@stowage/core'
import { runDriver } from '@stowage/driver'
import type { Images } from '@stowage/lab'

export const stowageImages: Images = {
  'ghcr.io/stowage-dev/driver': (context) =>
    runDriver({
      args: [...context.command, ...context.args],
      env: context.env,
      effects: context.effects,
      log: createLog(({ level, message, fields }) => context.log(JSON.stringify({ level, message, ...fields }))),
      stop: context.stop,
    }),
}
