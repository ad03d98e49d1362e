/** `npm run seeds -- BIN`: records examples/seeds/refusals.json anew; BIN holds etcd, kube-apiserver and kubectl. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { recordRefusals } from './record-refusals.ts'

const bin = process.argv[2]
if (bin === undefined) {
  console.error('usage: npm run seeds -- BIN (the folder that npm run real-parts fills)')
  process.exitCode = 2
} else {
  const seeds = join(process.cwd(), 'examples', 'seeds')
  const answers = await recordRefusals(bin, seeds)
  await rm(join(seeds, '.recording.kubeconfig'), { force: true })
  await writeFile(join(seeds, 'refusals.json'), `${JSON.stringify({ server: 'kube-apiserver v1.36.3', answers }, undefined, 2)}\n`)
  console.log(`${answers.length} answers, ${answers.filter(({ accepted }) => !accepted).length} of them refusals`)
}
