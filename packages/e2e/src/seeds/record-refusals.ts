/**
 * Puts every manifest of the reference documents to a real kube-apiserver, as kubectl would, and writes its answers down in
 * examples/seeds/refusals.json; the lab must answer the same. Needs the programs of `npm run real-parts` in the folder given.
 */
import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { startRealServer, type RealServer } from '../oracle/real-server.ts'
import { creationOf, isRecord } from './creation.ts'

/** What the server said to one object of one manifest. */
interface Refusal {
  readonly snippet: string
  /** 0-based document of the manifest. */
  readonly document: number
  readonly kind?: string
  readonly name?: string
  /** Set when it was asked before something existed that all the others take for granted. */
  readonly before?: string
  /** Set when the object was sent to a namespace that its text does not name. */
  readonly namespace?: string
  readonly accepted: boolean
  /** The server's metav1.Status, when it refused. */
  readonly status?: unknown
  /** What `kubectl create` said, when the object never reached the server or was refused. */
  readonly kubectl?: string
}

export async function recordRefusals(bin: string, seeds: string): Promise<readonly Refusal[]> {
  const server = await startRealServer(bin)
  const kubeconfig = join(seeds, '.recording.kubeconfig')
  try {
    const early = await askBefore(server, seeds)
    await post(server, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'garage' } })
    await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 })
    const refusals: Refusal[] = []
    for (const snippet of await manifestsUnder(seeds)) {
      const text = await readFile(join(seeds, snippet), 'utf8')
      for (const [index, parsed] of parseAllDocuments(text).entries()) {
        const object: unknown = parsed.toJS()
        // Made before everything else: asking for it again would say nothing about the document.
        if (isRecord(object) && object['kind'] === 'Namespace') continue
        const said = await kubectl(bin, kubeconfig, parsed.toString())
        refusals.push({ snippet, document: index, ...(await ask(server, object)), ...(said === undefined ? {} : { kubectl: said }) })
      }
    }
    return [...early, ...refusals]
  } finally {
    await writeFile(kubeconfig, '')
    await server.stop()
  }
}

/** One answer without the namespace that the documents take for granted. */
async function askBefore(server: RealServer, seeds: string): Promise<readonly Refusal[]> {
  const snippet = '004/03.yaml'
  const [claim] = parseAllDocuments(await readFile(join(seeds, snippet), 'utf8'))
  return [{ snippet, document: 0, before: 'namespace garage', ...(await ask(server, claim?.toJS())) }]
}

async function manifestsUnder(seeds: string): Promise<readonly string[]> {
  const all = await readdir(seeds, { recursive: true })
  return all.filter((path) => /^(?:completed\/)?\d{3}\/[^/]+\.yaml$/.test(path)).toSorted()
}

async function ask(server: RealServer, object: unknown): Promise<Omit<Refusal, 'snippet' | 'document'>> {
  const creation = creationOf(object)
  if (creation === undefined) return { accepted: false }
  const { kind, name, defaulted, path } = creation
  const answer = await post(server, path, object)
  const accepted = answer.code < 300
  return { kind, ...(name === undefined ? {} : { name }), ...(defaulted === undefined ? {} : { namespace: defaulted }), accepted, ...(accepted ? {} : { status: answer.body }) }
}

async function post(server: RealServer, path: string, object: unknown): Promise<{ readonly code: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const call = request(`${server.origin}${path}`, { method: 'POST', headers, ca: server.ca }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }))
    })
    call.on('error', reject)
    call.end(JSON.stringify(object))
  })
}

/** What kubectl prints when it fails; undefined when it succeeds. */
async function kubectl(bin: string, kubeconfig: string, manifest: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(bin, 'kubectl'), ['--kubeconfig', kubeconfig, 'create', '--dry-run=server', '-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString('utf8') })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code === 0 ? undefined : said.trim()))
    child.stdin.end(manifest)
  })
}
