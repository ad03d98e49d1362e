/** The lab's answers to the list, in virtual time and without sockets. */
import { VirtualWorld } from '@stowage/effects/virtual'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import type { Recording } from './exchange.ts'
import { requests, watches } from './requests.ts'
import { runList } from './run-list.ts'

export async function labRecording(): Promise<Recording> {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('oracle')
  world.route('https://lab.example', createApiHandler(createStore({ clock: effects.clock, random: effects.random })))
  return world.run(() =>
    runList({ server: 'lab', origin: 'https://lab.example', http: effects.http, clock: effects.clock, settleMs: 1000 }, requests, watches),
  )
}
