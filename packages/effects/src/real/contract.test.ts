import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clockContract } from '../contract/clock.ts'
import { filesContract } from '../contract/files.ts'
import { httpContract } from '../contract/http.ts'
import { programsContract } from '../contract/programs.ts'
import { randomContract } from '../contract/random.ts'
import { rpcContract } from '../contract/rpc.ts'
import { listenHttp, realEffects } from '../real.ts'

const effects = realEffects()

async function inTemporaryDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-'))
  try {
    await body(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

clockContract('real', (body) => body(effects.clock))
randomContract('real', () => effects.random)
programsContract('real', (body) => body(effects))
filesContract('real', (body) => inTemporaryDirectory((root) => body(effects.files, root)))
rpcContract('real', (body) => inTemporaryDirectory((directory) => body(effects, directory)))
httpContract('real', async (handler, body) => {
  const server = await listenHttp(handler)
  try {
    await body({ effects, url: server.url, nobody: `http://127.0.0.1:${await freePort()}` })
  } finally {
    await server.close()
  }
})
