/**
 * `npm run oracle [-- --record]`: puts one list of requests to a real kube-apiserver and to the lab, and compares.
 * `--record` writes the real answers to packages/e2e/oracle/recorded.json, which `npm test` replays against the lab.
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { realEffects } from '@stowage/effects/real'
import { httpCluster } from '@stowage/lab/kubernetes/operators/http-cluster'
import { compare } from './compare.ts'
import { helmOnLab } from './helm-on-lab.ts'
import { labRecording } from './lab-recording.ts'
import { labOutcome, operatorsOutcome } from './operators.ts'
import { startRealServer } from './real-server.ts'
import type { RealServer } from './real-server.ts'
import { requests, watches } from './requests.ts'
import { runList } from './run-list.ts'

const [bin = '', recordTo] = process.argv.slice(2)
if (bin === '') throw new Error('usage: oracle BIN_DIRECTORY [RECORD_FILE]')

const effects = realEffects()
const { http, clock, random } = effects
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
  const operators = await compareOperators(server)
  const helm = await realHelm()
  process.exitCode = differences.length + operators + helm === 0 ? 0 : 1
} finally {
  await server.stop()
}

/** What the operators write beside the real server and in the lab. */
async function compareOperators({ origin, ca, token }: RealServer): Promise<number> {
  const beside = httpCluster({ http, clock, origin, headers: { authorization: `Bearer ${token}` }, tls: { ca } })
  const [real, lab] = await Promise.all([operatorsOutcome(beside, clock, random), labOutcome(clock, random)])
  const differences = Object.keys({ ...real, ...lab }).filter((name) => JSON.stringify(real[name]) !== JSON.stringify(lab[name]))
  for (const name of differences) console.log(`${name}\n  real ${JSON.stringify(real[name])}\n  lab  ${JSON.stringify(lab[name])}`)
  console.log(`${Object.keys(real).length} objects under the operators of Rook, Velero and the snapshot controller, ${differences.length} differences`)
  return differences.length
}

async function realHelm(): Promise<number> {
  const helm = join(bin, 'helm')
  if (!existsSync(helm)) {
    console.log('helm was not built: nothing is said about it')
    return 0
  }
  const faults = await helmOnLab(helm, effects)
  for (const fault of faults) console.log(`helm against the lab: ${fault}`)
  console.log(`the real helm against the lab: ${faults.length} faults`)
  return faults.length
}
