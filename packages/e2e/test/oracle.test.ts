/** Replays the recorded answers of a real kube-apiserver against the lab. `npm run oracle` asks the real one again. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compare } from '../src/oracle/compare.ts'
import type { Recording } from '../src/oracle/exchange.ts'
import { labRecording } from '../src/oracle/lab-recording.ts'
import { requests, watches } from '../src/oracle/requests.ts'

const recorded = JSON.parse(readFileSync(fileURLToPath(new URL('../oracle/recorded.json', import.meta.url)), 'utf8')) as Recording

test('the recording holds an answer for every request and watch of the list', () => {
  expect(Object.keys(recorded.answers).toSorted()).toEqual(requests.map(({ name }) => name).toSorted())
  expect(Object.keys(recorded.watches).toSorted()).toEqual(watches.map(({ name }) => name).toSorted())
})

test('the lab answers as the real kube-apiserver did', async () => {
  expect(compare(recorded, await labRecording())).toEqual([])
})
