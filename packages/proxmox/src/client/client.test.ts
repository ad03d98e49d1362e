import { createLog, Size } from '@stowage/core'
import { HttpFailure, textResponse, type HttpHandler, type HttpRequest } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { describe, expect, test } from 'vitest'
import { ProxmoxError } from '../proxmox-error.ts'
import { createProxmoxClient } from './client.ts'
import type { Connection, ConnectionSource } from './connection.ts'
import { endpointOrigin, fixedConnection } from './connection.ts'
import { waitForTask } from './wait-for-task.ts'

const connection: Connection = { endpoints: ['https://a:8006', 'https://b:8006'], tokenId: 'csi@pve!t', tokenSecret: 'old' }
const json = (data: unknown) => textResponse(200, JSON.stringify({ data }))
const refusal = (status: number, reason: string, body: object = {}) => textResponse(status, JSON.stringify(body), {}, reason)
const version = json.bind(undefined, { version: '9.1.0', release: '9.1' })
const upid = 'UPID:pve1:00001234:0000ABCD:66666666:qmconfig:101:csi@pve!t:'

interface Scene {
  readonly client: ReturnType<typeof createProxmoxClient>
  readonly world: VirtualWorld
  readonly requests: HttpRequest[]
  readonly logged: string[]
  readonly clock: ReturnType<VirtualWorld['process']>['effects']['clock']
}

function inScene<T>(servers: Readonly<Record<string, HttpHandler>>, play: (scene: Scene) => Promise<T>, source: ConnectionSource = fixedConnection(connection)): Promise<T> {
  const world = new VirtualWorld({ seed: 1 })
  const requests: HttpRequest[] = []
  for (const [origin, handler] of Object.entries(servers)) {
    world.route(origin, (request) => {
      requests.push(request)
      return handler(request)
    })
  }
  const { clock, random, http } = world.process('client').effects
  const logged: string[] = []
  const log = createLog(({ level, message, fields }) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`))
  const client = createProxmoxClient({ clock, random, http, log, source })
  return world.run(() => play({ client, world, requests, logged, clock }))
}

async function failureOf(work: Promise<unknown>): Promise<ProxmoxError> {
  const error = await work.then(() => undefined, (caught: unknown) => caught)
  if (!(error instanceof ProxmoxError)) throw new Error(`expected a ProxmoxError, got ${String(error)}`)
  return error
}

describe('endpoints', () => {
  test('an endpoint that cannot be reached is passed over, and the one that answered is asked first from then on', async () => {
    await inScene({ 'https://b:8006': () => Promise.resolve(version()) }, async ({ client, requests }) => {
      await client.version()
      await client.version()
      expect(requests.map(({ url }) => new URL(url).hostname)).toEqual(['b', 'b'])
    })
  })

  test('an answer of an endpoint about another node is no fault of the endpoint: nobody else is asked for it', async () => {
    const servers = { 'https://a:8006': () => Promise.resolve(refusal(595, 'No route to host')), 'https://b:8006': () => Promise.resolve(json('x')) }
    await inScene(servers, async ({ client, requests }) => {
      const error = await failureOf(client.changeConfig('pve2', 101, { digest: 'd', set: { scsi1: 'x' } }))
      expect(error).toMatchObject({ kind: 'unavailable', fate: 'refused' })
      expect(requests.map(({ url }) => new URL(url).hostname)).toEqual(['a'])
    })
  })

  test('with none to be reached the failure says so, and that nothing was sent', async () => {
    await inScene({}, async ({ client }) => {
      const error = await failureOf(client.changeConfig('pve1', 101, { digest: 'd', remove: ['scsi1'] }))
      expect(error).toMatchObject({ kind: 'unavailable', fate: 'unsent' })
      expect(error.message).toContain('https://a:8006, https://b:8006')
    })
  })

  test.each([
    ['pve.example', 'https://pve.example:8006'],
    ['https://pve.example', 'https://pve.example:8006'],
    ['https://pve.example:443/', 'https://pve.example:443'],
    ['https://10.0.0.1:8006/api2/json', 'https://10.0.0.1:8006'],
  ])('%s is the endpoint %s', (text, origin) => {
    expect(endpointOrigin(text)).toBe(origin)
  })

  test('plain http is refused: the token would travel in clear', () => {
    expect(() => endpointOrigin('http://pve:8006')).toThrow(/in clear/)
    for (const text of ['http://root:hunter2@pve:8006', 'https://root:hunter2@p v e']) {
      expect(() => endpointOrigin(text)).toThrow()
      expect(() => endpointOrigin(text)).not.toThrow(/hunter2/)
    }
  })
})

describe('what may have been done', () => {
  const mutate = ({ client }: Scene) => client.allocate({ node: 'pve1', storage: 's1', owner: 9999, filename: 'vm-9999-x', size: Size.gib(1) })

  test.each([
    ['the connection breaks before the answer', () => Promise.reject(new HttpFailure('answer', 'ECONNRESET', 'socket hang up'))],
    ['a gateway gives up', () => Promise.resolve(refusal(596, 'Broken pipe'))],
    ['the answer is no JSON', () => Promise.resolve(textResponse(200, '<html>'))],
  ])('a mutation is sent once when %s, and its fate is unknown', async (_, handler) => {
    await inScene({ 'https://a:8006': handler }, async (scene) => {
      expect(await failureOf(mutate(scene))).toMatchObject({ kind: 'unavailable', fate: 'unknown' })
      expect(scene.requests).toHaveLength(1)
    })
  })

  test('a server that never answers ends the call at its deadline, with its fate unknown', async () => {
    await inScene({ 'https://a:8006': () => new Promise(() => {}) }, async (scene) => {
      expect(await failureOf(mutate(scene))).toMatchObject({ fate: 'unknown', words: 'no answer within 75000 ms' })
    })
  })

  test('a mutation that a held lock refused is repeated until the lock is free', async () => {
    let asked = 0
    const handler = () => Promise.resolve((asked += 1) < 4 ? refusal(500, "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout") : json('s1:vm-9999-x'))
    await inScene({ 'https://a:8006': handler }, async (scene) => {
      expect(await mutate(scene)).toBe('s1:vm-9999-x')
      expect(asked).toBe(4)
    })
  })

  test('a mutation that Proxmox refused for good is not repeated', async () => {
    await inScene({ 'https://a:8006': () => Promise.resolve(refusal(500, 'VM is locked (backup)')) }, async (scene) => {
      expect(await failureOf(mutate(scene))).toMatchObject({ kind: 'unavailable', fate: 'refused', meaning: 'vm-locked' })
      expect(scene.requests).toHaveLength(1)
    })
  })

  test('a read is repeated after a lost answer', async () => {
    let asked = 0
    const handler = () => ((asked += 1) === 1 ? Promise.reject(new HttpFailure('answer', 'ECONNRESET', 'socket hang up')) : Promise.resolve(version()))
    await inScene({ 'https://a:8006': handler }, async ({ client }) => {
      expect(await client.version()).toMatchObject({ release: '9.1' })
    })
  })
})

describe('credentials', () => {
  test('after a 401 they are read again, and the call is repeated with the new ones', async () => {
    let secret = 'old'
    const source: ConnectionSource = { current: () => Promise.resolve(connection), reread: () => Promise.resolve({ ...connection, tokenSecret: secret }) }
    const handler: HttpHandler = ({ headers }) => Promise.resolve(headers?.['authorization'] === 'PVEAPIToken=csi@pve!t=new' ? version() : refusal(401, 'No ticket'))
    await inScene(
      { 'https://a:8006': handler },
      async ({ client, logged }) => {
        expect(await failureOf(client.version())).toMatchObject({ kind: 'denied', meaning: 'authentication' })
        secret = 'new'
        expect(await client.version()).toMatchObject({ release: '9.1' })
        expect(logged.join('\n')).not.toContain('PVEAPIToken')
      },
      source,
    )
  })

  test('a connection that checks nothing is warned about, once', async () => {
    await inScene(
      { 'https://a:8006': () => Promise.resolve(version()) },
      async ({ client, logged, requests }) => {
        await client.version()
        await client.version()
        expect(logged.filter((line) => line.startsWith('warn') && line.includes('not checked'))).toHaveLength(1)
        expect(requests[0]?.tls).toEqual({ insecure: true })
      },
      fixedConnection({ ...connection, tls: { insecure: true } }),
    )
  })
})

describe('tasks', () => {
  const taskClient = (answers: readonly object[]) => {
    let asked = 0
    return { taskStatus: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] as { running: boolean; exitStatus?: string }) }
  }

  test('a task is awaited until it stops, and its exitstatus decides', async () => {
    await inScene({}, async ({ clock }) => {
      const wait = (answers: readonly object[]) => waitForTask({ clock, client: taskClient(answers), upid, what: 'attach disk x to VM 101' })
      expect(await wait([{ running: true }, { running: true }, { running: false, exitStatus: 'OK' }])).toEqual({ warnings: 0 })
      expect(await wait([{ running: false, exitStatus: 'WARNINGS: 2' }])).toEqual({ warnings: 2 })
      const error = await failureOf(wait([{ running: false, exitStatus: "hotplug problem - error on hot-unplugging device 'scsi2' - still busy in guest?" }]))
      expect(error).toMatchObject({ kind: 'unavailable', meaning: 'busy-in-guest' })
      expect(error.message).toContain('still busy in guest?')
    })
  })

  test('while Proxmox does not answer, the waiting goes on', async () => {
    let asked = 0
    const client = {
      taskStatus: () => {
        asked += 1
        if (asked < 20) return Promise.reject(new ProxmoxError('unavailable', 'down', { fate: 'unknown', repeat: 'later' }))
        return Promise.resolve({ running: false, exitStatus: 'OK' })
      },
    }
    await inScene({}, async ({ clock }) => {
      expect(await waitForTask({ clock, client, upid, what: 'x' })).toEqual({ warnings: 0 })
    })
  })
})

test('disks of file storages are addressed with their slash encoded', async () => {
  await inScene({ 'https://a:8006': () => Promise.resolve(json({ size: 1024, format: 'raw' })) }, async ({ client, requests }) => {
    await client.disk('pve1', 'local', 'local:9999/vm-9999-x.raw')
    expect(requests[0]?.url).toBe('https://a:8006/api2/json/nodes/pve1/storage/local/content/local%3A9999%2Fvm-9999-x.raw')
  })
})

