/**
 * `npm run oracle [-- --record]`: puts one list of requests to a real kube-apiserver and to the lab, and compares.
 * `--record` writes the real answers to packages/e2e/oracle/recorded.json, which `npm test` replays against the lab.
 */
import { writeFile } from 'node:fs/promises'
import { realEffects } from '@stowage/effects/real'
import { compare } from './compare.ts'
import { labRecording } from './lab-recording.ts'
import { startRealServer } from './real-server.ts'
import { requests, watches } from './requests.ts'
import { runList } from './run-list.ts'

const [bin, recordTo] = process.argv.slice(2)
if (bin === undefined) throw new Error('usage: oracle BIN_DIRECTORY [RECORD_FILE]')

const { http, clock } = realEffects()
const server = await startRealServer(bin)
try {
  const real = await runList(
    // The server's own self-signed certificate is what is trusted, and nothing else.
    { server: 'kube-apiserver v1.36.3', origin: server.origin, http, clock, headers: { authorization: `Bearer ${server.token}` }, tls: { ca: server.ca }, settleMs: 1000 },
    requests,
    watches,
  )
  if (recordTo !== undefined) await writeFile(recordTo, `${JSON.stringify(real, null, 1)}\n`)
  const differences = compare(real, await labRecording())
  for (const { where, real: want, lab } of differences) {
    console.log(`${where}\n  real ${JSON.stringify(want)}\n  lab  ${JSON.stringify(lab)}`)
  }
  console.log(`${requests.length} requests and ${watches.length} watches compared, ${differences.length} unexplained differences`)
  process.exitCode = differences.length === 0 ? 0 : 1
} finally {
  await server.stop()
}
