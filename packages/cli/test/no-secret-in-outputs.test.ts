/** Every output is searched for the content of secrets: those that stand where they may (environment, files), and those that were written where they may not. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stowage } from '../src/output/terminal.test-data.ts'

const formats = ['kubectl', 'yaml', 'kustomize', 'argocd', 'flux', 'terraform', 'helm'] as const
const canaries = {
  environment: 'canary-environment-5f1c',
  file: 'canary-file-77aa',
  repository: 'canary-repository-0b3e',
  endpoint: 'canary-endpoint-c41d',
  token: 'csi@pve!stowage=0f3c2b1a-1111-4222-8333-ca0a11000000',
  values: 'canary-values-9e9e',
  s3: 'canary-s3-2d2d',
} as const

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'stowage-canary-'))
  await writeFile(join(cwd, 'credentials'), `aws_secret_access_key = ${canaries.file}\n`)
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

const terminal = () => ({ cwd, env: { PVE_TOKEN: canaries.environment, REPOSITORY_PASSWORD: canaries.environment } })

function declaration(secrets: string, password: string): string {
  return `apiVersion: stowage.dev/v1alpha1
kind: Storage
metadata: { name: home }
spec:
  backends:
    pve: { proxmox: { region: pve, endpoints: ["https://pve.example:8006"], credentials: { secretRef: pve }, access: { vms: [101] } } }
  classes:
    fast: { backend: pve, storage: local-zfs }
  backup:
    velero:
      locations: { garage: { provider: aws, bucket: velero, region: garage, config: { s3Url: "https://s3.example" }, credential: { name: cloud, key: cloud } } }
      schedules: gfs
      repositoryPassword: ${password}
${secrets}  delivery:
    argocd: { repoURL: https://git.example/home.git, path: out }
    flux: { path: out }
    terraform: {}
`
}

async function everyOutput(): Promise<string> {
  const said: string[] = []
  for (const args of [['check'], ['check', '--json'], ['plan'], ['plan', '--json'], ['plan', '--against', 's.yaml'], ['render', '-o', 'yaml']]) {
    const { stdout, stderr } = await stowage([...args, 's.yaml'], terminal())
    said.push(stdout, stderr)
  }
  for (const format of formats) {
    const { stdout, stderr } = await stowage(['render', '-o', format, '--out', `out/${format}`, 's.yaml'], terminal())
    said.push(stdout, stderr)
  }
  const files = await readdir(join(cwd, 'out'), { recursive: true, withFileTypes: true }).catch(() => [])
  for (const file of files) if (file.isFile()) said.push(await readFile(join(file.parentPath, file.name), 'utf8'))
  return said.join('\n')
}

function expectNoCanary(output: string): void {
  for (const [where, canary] of Object.entries(canaries)) {
    expect(output.includes(canary), `the canary of ${where} is in an output`).toBe(false)
    expect(output.includes(Buffer.from(canary).toString('base64').replace(/=+$/, '').slice(0, -2)), `the canary of ${where} is in an output, as base64`).toBe(false)
  }
}

test('secrets from the environment and from files are named in every output, and their content is in none', async () => {
  await writeFile(join(cwd, 's.yaml'), declaration('  secrets:\n    pve: { environment: { token_id: PVE_TOKEN, token_secret: PVE_TOKEN } }\n    cloud: { namespace: velero, file: { cloud: credentials } }\n', '{ environment: REPOSITORY_PASSWORD }'))
  const output = await everyOutput()
  expect(output).toContain('PVE_TOKEN')
  expect(output).toContain('velero/cloud')
  expect(output).toContain('can only refer to Secrets')
  expect(output).not.toMatch(/^kind: Secret$/m)
  expectNoCanary(output)
})

test('with references every format is written, and holds no Secret', async () => {
  await writeFile(join(cwd, 's.yaml'), declaration('', '{ existing: true }'))
  const output = await everyOutput()
  expect(await readdir(join(cwd, 'out'))).toEqual([...formats].toSorted())
  expect(output).not.toMatch(/^kind: Secret$/m)
  expectNoCanary(output)
})

test.each([
  ['in the URL of the repository', '    argocd: { repoURL: https://git.example/home.git, path: out }', `    argocd: { repoURL: "https://me:${canaries.repository}@git.example/home.git", path: out }`],
  ['as the token of a URL', '    argocd: { repoURL: https://git.example/home.git, path: out }', `    argocd: { repoURL: "https://${canaries.repository}@git.example/home.git", path: out }`],
  ['in an endpoint', 'https://pve.example:8006', `https://root:${canaries.endpoint}@pve.example:8006`],
  ['in the place of a reference', 'secretRef: pve', `secretRef: "${canaries.token}"`],
  ['in the values of a chart', '      schedules: gfs\n', `      schedules: gfs\n      chart: { values: { credentials: { password: "${canaries.values}" } } }\n`],
  ['in the settings of a location', 's3Url: "https://s3.example"', `s3Url: "https://s3.example", secretKey: "${canaries.s3}"`],
])('a secret that is written %s is refused, and not repeated by what refuses it', async (_, from, to) => {
  const text = declaration('', '{ existing: true }')
  expect(text).toContain(from)
  await writeFile(join(cwd, 's.yaml'), text.replace(from, to))
  const output = await everyOutput()
  expect(await readdir(cwd)).not.toContain('out')
  expectNoCanary(output)
})
