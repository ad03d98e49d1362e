import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '@stowage/effects/real/files'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetKilled, readState, writeState } from './lab-state.ts'
import type { LabState } from './lab-state.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stowage-state-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const files = realFiles()
const there = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined

async function labWith(pid: number, scratch: string): Promise<LabState> {
  await mkdir(scratch, { recursive: true })
  await writeFile(join(scratch, 'a.sock'), '')
  const state: LabState = { pid, kubernetesUrl: 'http://127.0.0.1:1', proxmoxUrls: {}, kubeconfig: '', proxmoxCa: '', scratch, startedAt: '', id: 'x' }
  await writeState(files, directory, state)
  return state
}

const deadPid = (): number => spawnSync('true').pid

test('a lab that was killed is forgotten, and so are its sockets', async () => {
  const scratch = join(directory, 'sw-Ab12Cd')
  await forgetKilled(files, directory, await labWith(deadPid(), scratch))
  expect([await readState(files, directory), await there(scratch)]).toEqual([undefined, false])
})

test('a lab whose process is alive is left alone', async () => {
  const scratch = join(directory, 'sw-Ab12Cd')
  const state = await labWith(process.pid, scratch)
  await forgetKilled(files, directory, state)
  expect([await readState(files, directory), await there(scratch)]).toEqual([state, true])
})

test('nothing is deleted that does not have the form of a lab\'s own directory', async () => {
  const foreign = join(directory, 'photographs')
  await forgetKilled(files, directory, await labWith(deadPid(), foreign))
  expect(await there(foreign)).toBe(true)
})
