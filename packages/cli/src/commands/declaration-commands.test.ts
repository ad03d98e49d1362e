import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { stowage } from '../output/terminal.test-data.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const homelab = join(root, 'examples/homelab/storage.yaml')
const twelve = join(root, 'packages/module/test/twelve-faults.yaml')

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'stowage-cli-'))
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

test('a valid declaration: nothing on stdout, exit 0', async () => {
  expect(await stowage(['check', homelab])).toEqual({ code: 0, stdout: '', stderr: `${homelab}: valid\n` })
})

test('twelve faults: twelve places on stdout, the count on stderr, exit 3 because a tab is among them', async () => {
  const { code, stdout, stderr } = await stowage(['check', twelve])
  expect(code).toBe(3)
  expect(stdout.split('\n').filter((line) => /^\S+twelve-faults\.yaml:\d+:\d+: error: .* \[[a-z-]+\]$/.test(line))).toHaveLength(12)
  expect(stdout.split('\n').filter((line) => line.startsWith('    → '))).toHaveLength(12)
  expect(stderr).toBe('12 errors\n')
})

test('a declaration that is YAML but invalid: exit 1', async () => {
  await writeFile(join(cwd, 'storage.yaml'), (await readFile(homelab, 'utf8')).replace('storage: local-zfs', 'storag: local-zfs'))
  const { code, stdout } = await stowage(['check', 'storage.yaml'], { cwd })
  expect(code).toBe(1)
  expect(stdout).toContain('did you mean "storage"?')
})

test('the findings as JSON have kind, place and path', async () => {
  const { code, stdout } = await stowage(['check', '--json', twelve])
  const report = JSON.parse(stdout)
  expect(code).toBe(3)
  expect(report).toMatchObject({ apiVersion: 'stowage.dev/v1alpha1', kind: 'CheckReport', valid: false })
  expect(report.findings).toHaveLength(12)
  expect(report.findings[0]).toEqual({ rule: 'unknown-key', severity: 'error', message: expect.any(String), remedy: 'did you mean "namespace"?', path: 'spec.namespce', file: twelve, line: 7, column: 3 })
})

test('standard input is a file named "-"', async () => {
  expect(await stowage(['check', '-'], { stdin: await readFile(homelab, 'utf8') })).toMatchObject({ code: 0 })
  expect(await stowage(['check', '-'], { stdin: 'kind: [' })).toMatchObject({ code: 3, stdout: expect.stringContaining('stdin:1:') })
})

test('warnings pass, and fail with --strict', async () => {
  await writeFile(join(cwd, 's.yaml'), (await readFile(homelab, 'utf8')).replace('reclaimPolicy: Retain', 'reclaimPolicy: Delete'))
  expect(await stowage(['check', 's.yaml'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('warning: ') })
  expect((await stowage(['check', '--strict', 's.yaml'], { cwd })).code).toBe(1)
})

test.each([
  ['no command', []],
  ['an unknown command', ['chek', homelab]],
  ['no file', ['check']],
  ['an unknown option', ['check', '--jsn', homelab]],
  ['a file that is not there', ['check', '/nowhere/storage.yaml']],
  ['a directory', ['check', '/']],
  ['standard input twice', ['check', '-', '-']],
  ['an unknown format', ['render', '-o', 'cdk', homelab]],
  ['no format', ['render', homelab]],
  ['several files without a place', ['render', '-o', 'kubectl', homelab]],
  ['an unknown shell', ['completion', 'tcsh']],
  ['a rule that there is not', ['explain', 'two-defaults']],
])('%s is a fault of usage: exit 2, said on stderr', async (_, args) => {
  const { code, stdout, stderr } = await stowage(args)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).not.toBe('')
})

test('a mistyped command names the nearest one', async () => {
  expect((await stowage(['chek'])).stderr).toContain('Did you mean check?')
})

test('plan shows each object with its reason, and what must be there already', async () => {
  const { code, stdout } = await stowage(['plan', homelab])
  expect(code).toBe(0)
  expect(stdout).toMatch(/StorageClass\/proxmox-csi +claims of class proxmox-csi get volumes of backend pve/)
  expect(stdout).toMatch(/must be there already\n {2}Secret\/storage-system\/proxmox-csi/)
})

test('plan as JSON is the whole plan; an invalid declaration prints its findings instead, exit 3', async () => {
  const plan = JSON.parse((await stowage(['plan', '--json', homelab])).stdout)
  expect(plan).toMatchObject({ kind: 'Plan', name: 'homelab', helmReleases: [], hostActions: [] })
  expect(plan.objects.length).toBeGreaterThan(20)
  expect(await stowage(['plan', '--json', twelve])).toMatchObject({ code: 3, stdout: expect.stringContaining('"CheckReport"') })
})

test('plan --against says what each change means', async () => {
  await writeFile(join(cwd, 'after.yaml'), (await readFile(homelab, 'utf8')).replace('reclaimPolicy: Retain', 'reclaimPolicy: Delete'))
  const { code, stdout } = await stowage(['plan', '--against', homelab, 'after.yaml'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain('~ StorageClass/proxmox-csi  destroys data')
  expect(stdout).toContain('reclaimPolicy: "Retain" → "Delete"')
  expect((await stowage(['plan', '--against', homelab, homelab])).stdout).toBe('nothing would change\n')
  expect(JSON.parse((await stowage(['plan', '--json', '--against', homelab, 'after.yaml'], { cwd })).stdout)).toMatchObject({ kind: 'PlanComparison', worst: 'destroys-data' })
})

test('a plan is saved, and compared with later; only with --detailed-exitcode a change is an exit code of its own', async () => {
  await writeFile(join(cwd, 'after.yaml'), (await readFile(homelab, 'utf8')).replace('reclaimPolicy: Retain', 'reclaimPolicy: Delete'))
  await writeFile(join(cwd, 'plan.json'), (await stowage(['plan', '-o', 'json', homelab])).stdout)
  const compare = (...rest: readonly string[]): ReturnType<typeof stowage> => stowage(['plan', '--against', 'plan.json', ...rest], { cwd })
  expect(await compare('after.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 destroys data') })
  expect(await compare('--detailed-exitcode', 'after.yaml')).toMatchObject({ code: 5 })
  expect(await compare('--detailed-exitcode', homelab)).toMatchObject({ code: 0, stdout: 'nothing would change\n' })
  await writeFile(join(cwd, 'plan.json'), '{"kind":"Plan","name":"x"}')
  expect(await compare(homelab)).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a plan that this version of stowage has written') })
})

test('plan -o markdown is a table for a review', async () => {
  await writeFile(join(cwd, 'after.yaml'), (await readFile(homelab, 'utf8')).replace('reclaimPolicy: Retain', 'reclaimPolicy: Delete'))
  const { stdout } = await stowage(['plan', '-o', 'markdown', '--against', homelab, 'after.yaml'], { cwd })
  expect(stdout).toContain('| update | `storage.k8s.io/StorageClass/proxmox-csi` | **destroys data** | class proxmox-csi is made again with Delete')
  expect(stdout).toContain('- `reclaimPolicy: "Retain" → "Delete"`')
})

test('plan compares with one thing at a time', async () => {
  expect(await stowage(['plan', '--live', '--against', homelab, homelab])).toMatchObject({ code: 2, stderr: expect.stringContaining('choose one') })
})

test('render yaml goes to stdout as one stream', async () => {
  const { stdout } = await stowage(['render', '-o', 'yaml', homelab])
  const planned = JSON.parse((await stowage(['plan', '--json', homelab])).stdout).objects.map(({ object }: { object: unknown }) => object)
  expect(parseAllDocuments(stdout).map((document) => document.toJS())).toEqual(planned)
})

test('render kubectl writes numbered files, and writes nothing the second time', async () => {
  const first = await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })
  expect(first).toMatchObject({ code: 0, stdout: '' })
  expect((await readdir(join(cwd, 'deploy'))).toSorted()).toEqual(['.stowage-rendered', '05-namespace.yaml', '20-access.yaml', '25-config.yaml', '40-drivers.yaml', '45-workloads.yaml', '60-classes.yaml', 'README.md', 'apply.sh'])
  const second = await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })
  expect(second.stderr.split('\n').filter((line) => line !== '').every((line) => line.startsWith('unchanged '))).toBe(true)
})

test('a file that somebody else made is never replaced, and then nothing at all is written', async () => {
  await mkdir(join(cwd, 'deploy'))
  await writeFile(join(cwd, 'deploy', '60-classes.yaml'), 'mine\n')
  const { code, stderr } = await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain('deploy/60-classes.yaml was not made by stowage')
  expect(await readdir(join(cwd, 'deploy'))).toEqual(['60-classes.yaml'])
  expect(await readFile(join(cwd, 'deploy', '60-classes.yaml'), 'utf8')).toBe('mine\n')
})

test('a link in the way is not followed', async () => {
  await mkdir(join(cwd, 'deploy'))
  await writeFile(join(cwd, 'outside.yaml'), 'mine\n')
  await symlink(join(cwd, 'outside.yaml'), join(cwd, 'deploy', '05-namespace.yaml'))
  expect((await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })).code).toBe(1)
  expect(await readFile(join(cwd, 'outside.yaml'), 'utf8')).toBe('mine\n')
})

test('a phase that is empty now loses its file, other people’s files stay', async () => {
  await mkdir(join(cwd, 'deploy'))
  const mark = (await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })) && (await readFile(join(cwd, 'deploy', '05-namespace.yaml'), 'utf8')).split('\n')[0]
  await writeFile(join(cwd, 'deploy', '65-volumes.yaml'), `${mark}\n`)
  await writeFile(join(cwd, 'deploy', '99-mine.yaml'), 'mine\n')
  await stowage(['render', '-o', 'kubectl', '--out', 'deploy', homelab], { cwd })
  expect(await readdir(join(cwd, 'deploy'))).toEqual(expect.arrayContaining(['99-mine.yaml']))
  expect(await readdir(join(cwd, 'deploy'))).not.toContain('65-volumes.yaml')
})

test('an invalid declaration renders nothing', async () => {
  expect((await stowage(['render', '-o', 'kubectl', '--out', 'deploy', twelve], { cwd })).code).toBe(3)
  expect(await readdir(cwd)).toEqual([])
})

test('explain knows rules, fields, and both as JSON', async () => {
  expect((await stowage(['explain', 'access-mode'])).stdout).toContain('two machines at once')
  expect((await stowage(['explain', 'spec.classes.cache'])).stdout).toContain('none | writethrough')
  expect(JSON.parse((await stowage(['explain', '--json', 'spec.volumes'])).stdout)).toMatchObject({ kind: 'Explanation', field: 'spec.volumes' })
  expect((await stowage(['explain'])).stdout).toMatch(/Rules\n[\s\S]*yaml-tab/)
  expect((await stowage(['explain', 'unknown-kye'])).stderr).toContain('did you mean "unknown-key"?')
})

test('every rule that check can print is explained', async () => {
  const { findings } = JSON.parse((await stowage(['check', '--json', twelve])).stdout)
  for (const { rule } of findings) expect((await stowage(['explain', rule])).code, rule).toBe(0)
})

test('schema prints the published JSON Schema', async () => {
  expect((await stowage(['schema'])).stdout).toBe(await readFile(join(root, 'packages/module/schema/storage.schema.json'), 'utf8'))
})

test('version, --version and the JSON agree', async () => {
  const { stdout } = await stowage(['version'])
  expect(stdout).toMatch(/^stowage \d+\.\d+\.\d+\n$/)
  expect((await stowage(['--version'])).stdout).toBe(stdout)
  expect(`stowage ${JSON.parse((await stowage(['version', '--json'])).stdout).version}\n`).toBe(stdout)
})

test('--help goes to stdout with examples, exit 0', async () => {
  for (const command of ['check', 'plan', 'render', 'explain', 'schema', 'completion', 'version']) {
    expect(await stowage([command, '--help']), command).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:'), stderr: '' })
  }
})

test('colour is used when it is wanted, and only then', async () => {
  expect((await stowage(['check', twelve], { color: true })).stdout).toContain('\u001B[31m')
  expect((await stowage(['check', twelve])).stdout).not.toContain('\u001B[')
})
