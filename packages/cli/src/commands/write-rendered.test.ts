import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realFiles } from '@stowage/effects/real/files'
import { stowage, type Ran } from '../output/terminal.test-data.ts'

const homelab = fileURLToPath(new URL('../../../../examples/homelab/storage.yaml', import.meta.url))
let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'stowage-render-'))
  const text = await readFile(homelab, 'utf8')
  await writeFile(join(cwd, 's.yaml'), `${text}---\napiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: homelab }\nspec:\n  delivery:\n    argocd: { repoURL: https://git.example/home.git, path: out }\n    flux: { path: out }\n`)
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

const render = (format: string, ...more: readonly string[]): Promise<Ran> => stowage(['render', '-o', format, '--out', 'out', ...more, 's.yaml'], { cwd })
const inOut = (path: string): string => join(cwd, 'out', path)
const edit = async (path: string): Promise<void> => writeFile(inOut(path), `${await readFile(inOut(path), 'utf8')}# mine\n`)
async function everything(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(join(cwd, 'out'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(name, 'utf8')] as const)))
}
async function declareWithout(part: string): Promise<void> {
  const text = await readFile(join(cwd, 's.yaml'), 'utf8')
  expect(text).toContain(part)
  await writeFile(join(cwd, 's.yaml'), text.replace(part, ''))
}

test.each(['kubectl', 'yaml', 'kustomize', 'argocd', 'flux', 'terraform', 'helm'])('%s: rendered twice, the second time nothing is written', async (format) => {
  expect(await render(format)).toMatchObject({ code: 0, stdout: '' })
  const before = await everything()
  const second = await render(format)
  expect(second.code).toBe(0)
  expect(second.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('unchanged '))).toEqual([])
  expect(await everything()).toEqual(before)
})

test('files that were edited are named, each with the way to give the edit up, and nothing at all is written', async () => {
  await render('argocd')
  await edit('objects/classes/objects.yaml')
  await edit('root.yaml')
  await rm(inOut('README.md'))
  const before = await everything()
  const { code, stderr } = await render('argocd')
  expect(code).toBe(1)
  expect(stderr).toContain(`nothing was written: these files were edited since stowage wrote them:
  out/root.yaml
  out/objects/classes/objects.yaml
move what was edited into the declaration or into an overlay of your own, or give it up with --overwrite out/root.yaml --overwrite out/objects/classes/objects.yaml`)
  expect(await everything()).toEqual(before)
})

test('--overwrite gives up the edits of the files that it names, and of no other', async () => {
  await render('argocd')
  await edit('root.yaml')
  await edit('README.md')
  expect((await render('argocd', '--overwrite', 'out/root.yaml')).stderr).toMatch(/edited[^]*out\/README\.md/)
  expect(await readFile(inOut('root.yaml'), 'utf8')).toContain('# mine')
  expect(await render('argocd', '--overwrite', 'out/root.yaml', '--overwrite', 'README.md')).toMatchObject({ code: 0 })
  expect(await readFile(inOut('root.yaml'), 'utf8')).not.toContain('# mine')
  expect(await render('argocd', '--overwrite', 'out/rot.yaml')).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite out/rot.yaml: no such file is rendered into out') })
})

test('an edit that is what would be written is none, and a file that was deleted comes back', async () => {
  await render('flux')
  const now = await readFile(inOut('kustomizations.yaml'), 'utf8')
  await rm(inOut('kustomizations.yaml'))
  expect((await render('flux')).stderr).toContain('written   out/kustomizations.yaml')
  expect(await readFile(inOut('kustomizations.yaml'), 'utf8')).toBe(now)
})

test('ends of lines that git changed are no edit', async () => {
  await render('flux')
  await writeFile(inOut('README.md'), (await readFile(inOut('README.md'), 'utf8')).replaceAll('\n', '\r\n'))
  expect(await render('flux')).toMatchObject({ code: 0, stderr: expect.stringContaining('written   out/README.md') })
})

test('what is no longer rendered goes, with folders that are empty then; edited it stays, and so does everything', async () => {
  await render('flux')
  expect(await readdir(inOut('steps'))).toContain('classes')
  await edit('steps/classes/objects.yaml')
  const text = await readFile(join(cwd, 's.yaml'), 'utf8')
  await writeFile(join(cwd, 's.yaml'), 'apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: homelab }\nspec:\n  backends: { disk: { local: { path: /var/lib/stowage } } }\n  classes: {}\n  delivery: { flux: { path: out } }\n')
  const refused = await render('flux')
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('out/steps/classes/objects.yaml') })
  expect(await readdir(inOut('steps'))).toContain('classes')
  const done = await render('flux', '--overwrite', 'out/steps/classes/objects.yaml')
  expect(done.stderr).toContain('removed   out/steps/classes/objects.yaml (nothing of the plan is in it any more)')
  expect(await readdir(inOut('steps'))).not.toContain('classes')
  expect(text).toContain('classes')
})

test('a folder holds one format of one declaration: another would remove its files', async () => {
  await render('argocd')
  const before = await everything()
  expect(await render('flux')).toMatchObject({ code: 1, stderr: expect.stringContaining('out holds homelab rendered as argocd, not homelab as flux; use another directory') })
  await writeFile(join(cwd, 's.yaml'), (await readFile(join(cwd, 's.yaml'), 'utf8')).replaceAll('name: homelab', 'name: other'))
  expect(await render('argocd')).toMatchObject({ code: 1, stderr: expect.stringContaining('not other as argocd') })
  expect(await everything()).toEqual(before)
})

test('somebody else’s file in the place of one of ours is never replaced, whatever kind of file it is', async () => {
  await mkdir(inOut('charts'), { recursive: true })
  await writeFile(inOut('main.tf.json'), '{"mine": true}\n')
  await writeFile(inOut('README.md'), '# Mine\n')
  expect(await render('terraform')).toMatchObject({ code: 1, stderr: expect.stringContaining('out/main.tf.json, out/README.md were not made by stowage') })
  expect(await readdir(join(cwd, 'out'))).toEqual(expect.arrayContaining(['README.md', 'charts', 'main.tf.json']))
  expect(await readdir(inOut('charts'))).toEqual([])
})

test('a folder that is a link to elsewhere is not written into', async () => {
  await mkdir(join(cwd, 'elsewhere'))
  await mkdir(join(cwd, 'out'))
  await symlink(join(cwd, 'elsewhere'), inOut('objects'))
  expect(await render('argocd')).toMatchObject({ code: 1, stderr: expect.stringContaining('not made by stowage') })
  expect(await readdir(join(cwd, 'elsewhere'))).toEqual([])
})

test('a list that was tampered with removes nothing outside the folder', async () => {
  await render('helm')
  await writeFile(join(cwd, 'precious'), 'x')
  const list = JSON.parse(await readFile(inOut('.stowage-rendered'), 'utf8'))
  await writeFile(inOut('.stowage-rendered'), JSON.stringify({ ...list, files: { ...list.files, '../precious': list.files['README.md'] } }))
  expect((await render('helm')).stderr).toContain('../precious is outside')
  expect(await readFile(join(cwd, 'precious'), 'utf8')).toBe('x')
  await writeFile(inOut('.stowage-rendered'), '{')
  expect(await render('helm')).toMatchObject({ code: 1, stderr: expect.stringContaining('does not say what was rendered here') })
})

test('a render that was cut off is no edit: the next one finishes it, even of another declaration', async () => {
  await render('flux')
  await declareWithout('mountOptions: [noatime]')
  const real = realFiles()
  let written = 0
  const failing = { ...real, writeAtomic: async (...args: Parameters<typeof real.writeAtomic>) => {
    if (args[0].endsWith('.yaml') && (written += 1) > 1) throw new Error('the power went')
    return real.writeAtomic(...args)
  } }
  await writeFile(join(cwd, 's.yaml'), (await readFile(join(cwd, 's.yaml'), 'utf8')).replaceAll('storage-system', 'storage'))
  await stowage(['render', '-o', 'flux', '--out', 'out', 's.yaml'], { cwd, files: failing }).catch(() => undefined)
  expect(JSON.parse(await readFile(inOut('.stowage-rendered'), 'utf8')).pending).toBeDefined()
  await writeFile(join(cwd, 's.yaml'), (await readFile(join(cwd, 's.yaml'), 'utf8')).replace('default: true', 'default: false'))
  expect(await render('flux')).toMatchObject({ code: 0 })
  expect(JSON.parse(await readFile(inOut('.stowage-rendered'), 'utf8')).pending).toBeUndefined()
})

test.each(['file', 'file/below/it'])('--out %s, where a file is in the way, is a fault of usage', async (out) => {
  await writeFile(join(cwd, 'file'), 'mine\n')
  expect(await stowage(['render', '-o', 'helm', '--out', out, 's.yaml'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining(`--out ${out}: ${join(cwd, 'file')} is a file, not a directory`) })
  expect(await readFile(join(cwd, 'file'), 'utf8')).toBe('mine\n')
})

test('--out may be a link to a directory, and directories that are not there are made', async () => {
  await mkdir(join(cwd, 'real'))
  await symlink(join(cwd, 'real'), join(cwd, 'out'))
  expect((await render('helm')).code).toBe(0)
  expect(await readdir(join(cwd, 'real'))).toContain('install.sh')
  expect((await stowage(['render', '-o', 'helm', '--out', 'a/b/c', 's.yaml'], { cwd })).code).toBe(0)
})

test('scripts can be run, and get that back when they lost it', async () => {
  await render('kubectl')
  expect((await stat(inOut('apply.sh'))).mode & 0o111).not.toBe(0)
  await chmod(inOut('apply.sh'), 0o644)
  await render('kubectl')
  expect((await stat(inOut('apply.sh'))).mode & 0o111).not.toBe(0)
})

test('a stream cannot hold releases, and says so to whoever pipes it on', async () => {
  await writeFile(join(cwd, 'nas.yaml'), 'apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: nas }\nspec:\n  backends: { nas: { nfs: { server: nas.example, exports: { hdd: /srv }, driver: csi-driver-nfs } } }\n  classes: { files: { backend: nas } }\n')
  const { code, stdout, stderr } = await stowage(['render', '-o', 'yaml', 'nas.yaml'], { cwd })
  expect(code).toBe(0)
  expect(stderr).toMatch(/^not in this stream: the Helm release csi-driver-nfs \(csi-driver-nfs [\d.]+\); -o kubectl has it$/m)
  expect(stdout).toMatch(/^# Not in this stream: helm upgrade --install csi-driver-nfs csi-driver-nfs --repo/m)
})

test('Argo CD without a repository: one sentence that says what to write', async () => {
  expect(await stowage(['render', '-o', 'argocd', '--out', 'out', homelab], { cwd })).toMatchObject({ code: 1, stderr: expect.stringContaining('write spec.delivery.argocd with repoURL and path') })
  expect(await readdir(cwd)).toEqual(['s.yaml'])
})
