/** Starts a real etcd and kube-apiserver on loopback in a scratch directory, and takes both down again. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RealServer {
  readonly origin: string
  readonly token: string
  /** PEM of the certificate that the server made for itself. */
  readonly ca: string
  readonly kubeconfig: string
  stop(): Promise<void>
}

/** `bin` holds `etcd` and `kube-apiserver` (npm run real-parts). Ready in about 8 s. `flags`: further ones of kube-apiserver. */
export async function startRealServer(bin: string, flags: readonly string[] = []): Promise<RealServer> {
  const scratch = await mkdtemp(join(tmpdir(), 'stowage-oracle-'))
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()]
  const token = randomBytes(16).toString('hex')
  await mkdir(join(scratch, 'certs'))
  await writeFile(join(scratch, 'tokens.csv'), `${token},oracle,oracle,"system:masters"\n`, { mode: 0o600 })
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(join(scratch, 'sa.key'), keys.privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  await writeFile(join(scratch, 'sa.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }))
  const etcdUrl = `http://127.0.0.1:${client}`
  const children = [
    start(scratch, join(bin, 'etcd'), [
      `--data-dir=${join(scratch, 'etcd')}`, '--unsafe-no-fsync', `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`, `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
    ]),
    start(scratch, join(bin, 'kube-apiserver'), [
      `--etcd-servers=${etcdUrl}`, `--secure-port=${secure}`, '--bind-address=127.0.0.1', `--cert-dir=${join(scratch, 'certs')}`,
      `--token-auth-file=${join(scratch, 'tokens.csv')}`, '--authorization-mode=RBAC', '--service-cluster-ip-range=10.96.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${join(scratch, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(scratch, 'sa.key')}`,
      // No controller manager runs beside it, so no service account would ever come to be.
      '--disable-admission-plugins=ServiceAccount', '--endpoint-reconciler-type=none', ...flags,
    ]),
  ]
  const origin = `https://127.0.0.1:${secure}`
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end))
    await rm(scratch, { recursive: true, force: true })
  }
  try {
    await ready(origin, token, scratch, children)
    const ca = await readFile(join(scratch, 'certs', 'apiserver.crt'), 'utf8')
    return { origin, token, ca, kubeconfig: kubeconfigFor(origin, token), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function start(scratch: string, program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(join(scratch, `${program.split('/').at(-1)}.log`))
  child.stdout?.pipe(log)
  child.stderr?.pipe(log)
  child.on('error', () => log.end())
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

async function ready(origin: string, token: string, scratch: string, children: readonly ChildProcess[]): Promise<void> {
  const { request } = await import('node:https')
  for (let tries = 0; tries < 240; tries += 1) {
    const ok = await new Promise<boolean>((resolve) => {
      // Readiness only: the certificate is being made; every later request verifies it.
      const probe = request(`${origin}/readyz`, { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      })
      probe.on('error', () => resolve(false))
      probe.end()
    })
    if (ok) return
    if (children.some((child) => child.exitCode !== null)) break
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const log = await readFile(join(scratch, 'kube-apiserver.log'), 'utf8').catch(() => '')
  throw new Error(`the real kube-apiserver did not become ready; its log ends: ${log.slice(-2000)}`)
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function kubeconfigFor(origin: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'oracle',
    contexts: [{ name: 'oracle', context: { cluster: 'oracle', user: 'oracle' } }],
    clusters: [{ name: 'oracle', cluster: { server: origin, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'oracle', user: { token } }],
  })
}
