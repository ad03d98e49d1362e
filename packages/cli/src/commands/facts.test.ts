import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stowage } from '../output/terminal.test-data.ts'

const example = fileURLToPath(new URL('../../../module/test/document-003.yaml', import.meta.url))
const head = 'apiVersion: stowage.dev/v1alpha1\nkind: Facts\n'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'stowage-facts-'))
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

test('document 003’s example is refused, with three edits beneath', async () => {
  const { code, stdout, stderr } = await stowage(['check', example])
  expect([code, stderr.split(' and ')[0]]).toEqual([1, '3 errors'])
  expect(stdout).toContain('It would work with any one of these edits')
  expect(stdout.match(/^ {2}[1-9]\. /gm)).toHaveLength(3)
})

test('as JSON: object, verdict, deciding facts, and each edit as steps at paths', async () => {
  const report = JSON.parse((await stowage(['check', '--json', example])).stdout)
  expect(report.findings.find(({ rule }: { rule: string }) => rule === 'device-class-unknown')).toMatchObject({ severity: 'warning', object: 'node/worker-2', verdict: 'unknown', deciding: ['device/worker-2/sdb rotational', 'device/worker-2/sdc rotational'] })
  expect(report.edits).toHaveLength(3)
  expect(report.edits[0].steps).toContainEqual({ path: 'spec.classes.shared-fs.filesystem.metadataPool.deviceClass', remove: true })
})

test('files of facts settle what was not known, and several may be given', async () => {
  await writeFile(join(cwd, 'nodes.yaml'), `${head}cluster: { schedulableNodes: 5 }\n`)
  await writeFile(join(cwd, 'disks.yaml'), `${head}nodes: { worker-2: { devices: { sdb: { rotational: true }, sdc: { rotational: true } } } }\n`)
  const { stdout } = await stowage(['check', '--facts', 'nodes.yaml', '--facts', 'disks.yaml', example], { cwd })
  expect(stdout).not.toMatch(/mons-need-more-nodes|device-class-unknown/)
  expect(stdout).toContain('only one host has hdd (worker-2)')
})

test('a fault in a file of facts is named with its place, and nothing is planned', async () => {
  await writeFile(join(cwd, 'facts.yaml'), `${head}nodes: { worker-1: { memry: 16Gi } }\n`)
  const { code, stdout } = await stowage(['check', '--facts', 'facts.yaml', fileURLToPath(new URL('../../../../examples/homelab/storage.yaml', import.meta.url))], { cwd })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^facts\.yaml:3:22: error: .*\n {4}→ did you mean "memory"\?\n$/)
})

test('with strict facts, what is not known is an error', async () => {
  const stdout = async (...flags: readonly string[]) => (await stowage(['check', ...flags, example])).stdout
  expect(await stdout()).toMatch(/warning: three monitors/)
  expect(await stdout('--strict-facts')).toMatch(/error: three monitors/)
})

test('an acceptance holds on its last day and not on the next', async () => {
  const accepted = ['pool-class-needs-more-hosts/pool/shared-fs-metadata', 'pool-needs-more-hosts/pool/shared-fs-data', 'pool-class-needs-more-hosts/pool/shared-fs-data'].map((both) => `    - { check: ${both.slice(0, both.indexOf('/'))}, object: ${both.slice(both.indexOf('/') + 1)}, reason: trial, until: 2026-12-31 }\n`)
  await writeFile(join(cwd, 's.yaml'), `${await readFile(example, 'utf8')}  accept:\n${accepted.join('')}`)
  expect((await stowage(['check', 's.yaml'], { cwd, today: '2026-12-31' })).code).toBe(0)
  expect((await stowage(['check', 's.yaml'], { cwd, today: '2027-01-01' })).code).toBe(1)
})

test.each([
  ['a file of facts that is not there', ['check', '--facts', 'nowhere.yaml', example]],
  ['facts and declaration both from standard input', ['check', '--facts', '-', '-']],
  ['a check that cannot be accepted', ['apply', '--accept-unknown', 'mons', example]],
  ['a file and JSON', ['facts', '--json', '--out', 'x.yaml']],
])('%s is a fault of usage: exit 2, said on stderr', async (_, args) => {
  const { code, stdout, stderr } = await stowage(args, { cwd })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).not.toBe('')
})

test('without a cluster there are no facts to gather: exit 4', async () => {
  expect(await stowage(['facts', '--kubeconfig', 'none'], { cwd })).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('kubeconfig') })
})
