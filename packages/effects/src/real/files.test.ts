import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realEffects } from '../real.ts'

const { files, rpc } = realEffects()

test('/proc and /sys can be read, though they say size 0', async () => {
  expect(await files.readText('/proc/self/mountinfo')).toContain(' / ')
})

test('a tree that holds a mount point is left alone', async () => {
  await expect(files.removeTree('/proc')).rejects.toMatchObject({ code: 'EXDEV' })
  expect(await files.stat('/proc/self')).toBeDefined()
})

test('a failed write leaves nothing beside its target', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-'))
  await files.makeDirectory(`${directory}/target/below`)
  await expect(files.writeAtomic(`${directory}/target`, 'x')).rejects.toMatchObject({ code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/) })
  expect(await files.list(directory)).toEqual(['target'])
  await rm(directory, { recursive: true })
})

test('a stale socket file is replaced, a file that is none is not', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-'))
  const address = `${directory}/a.sock`
  const old = createServer()
  await new Promise<void>((resolve) => old.listen(address, resolve))
  const server = await rpc.serve(address, ['/a/B'], async (_, request) => request)
  const client = rpc.connect(address)
  expect(await client.call('/a/B', Uint8Array.of(7), { timeoutMs: 5_000 })).toEqual(Uint8Array.of(7))
  client.close()
  await server.close()
  old.close()
  await files.writeAtomic(`${directory}/precious`, 'x')
  await expect(rpc.serve(`${directory}/precious`, [], async (_, request) => request)).rejects.toThrow('not a socket')
  expect(await files.readText(`${directory}/precious`)).toBe('x')
  await rm(directory, { recursive: true })
})

test('a socket path that Linux would cut off is refused in words', async () => {
  await expect(rpc.serve(`/tmp/${'x'.repeat(120)}`, [], async (_, request) => request)).rejects.toThrow('107 bytes')
})
