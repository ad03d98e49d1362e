import { clockContract } from '../contract/clock.ts'
import { filesContract } from '../contract/files.ts'
import { httpContract } from '../contract/http.ts'
import { programsContract } from '../contract/programs.ts'
import { randomContract } from '../contract/random.ts'
import { rpcContract } from '../contract/rpc.ts'
import type { VirtualProgram } from '../virtual.ts'
import { VirtualWorld } from '../virtual.ts'

clockContract('virtual', (body) => {
  const world = new VirtualWorld({ seed: 'clock' })
  return world.run(() => body(world.process('main').effects.clock), { guard: true })
})

randomContract('virtual', () => new VirtualWorld({ seed: 'random' }).process('main').effects.random)

programsContract('virtual', (body) => {
  const world = new VirtualWorld({ seed: 'programs' })
  const sleeper = world.process('sleeper')
  const programs: Record<string, VirtualProgram> = {
    echo: ({ args }) => ({ stdout: `${args.join(' ')}\n` }),
    cat: ({ stdin = '' }) => ({ stdout: typeof stdin === 'string' ? stdin : new TextDecoder().decode(stdin) }),
    false: () => ({ exitCode: 1 }),
    sleep: async ({ args }) => {
      await sleeper.effects.clock.sleep(Number(args[0]) * 1000)
      return {}
    },
  }
  return world.run(() => body(world.process('main', {}, { programs }).effects))
})

filesContract('virtual', (body) => {
  const world = new VirtualWorld({ seed: 'files' })
  const { files } = world.process('main').effects
  return world.run(async () => {
    await files.makeDirectory('/root')
    await body(files, '/root')
  })
})

rpcContract('virtual', (body) => {
  const world = new VirtualWorld({ seed: 'rpc' })
  return world.run(() => body(world.process('main').effects, '/run/sockets'), { guard: true })
})

httpContract('virtual', (handler, body) => {
  const world = new VirtualWorld({ seed: 'http' })
  world.route('https://10.0.0.1:6443', handler)
  return world.run(() => body({ effects: world.process('main').effects, url: 'https://10.0.0.1:6443', nobody: 'https://10.0.0.2:6443' }))
})
