/** What images of the reference documents do when a pod gives no command. The lab pulls no images: these are their storage habits. */
import { FileFailure } from '@stowage/effects'
import type { ContainerContext } from '../kubernetes/kubelet/container.ts'
import type { LinuxFiles } from '../machines/linux-files.ts'
import { asLinuxFiles } from '../machines/plain-files.ts'

/** Resolves with the exit code. */
export type Entrypoint = (context: ContainerContext) => Promise<number>

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** By the image's name without registry, tag or digest. */
export const entrypoints: Readonly<Record<string, Entrypoint>> = {
  postgres,
  'dxflrs/garage': garage,
  // A shell without a terminal reads an empty standard input, and ends.
  busybox: async () => 0,
  alpine: async () => 0,
}

/** `docker.io/library/postgres:15@sha256:…` → `postgres`. */
export function imageName(image: string): string {
  const bare = image.replace(/@.*$/, '').replace(/:[^/]*$/, '')
  return bare.replace(/^(docker\.io|registry-1\.docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '')
}

async function postgres(context: ContainerContext): Promise<number> {
  const files = asLinuxFiles(context.effects.files)
  const data = context.env['PGDATA'] ?? '/var/lib/postgresql/data'
  await files.makeDirectory(data, 0o700)
  const found = await files.list(data)
  if (!found.includes('PG_VERSION')) {
    const refusal = context.env['POSTGRES_PASSWORD'] === undefined && context.env['POSTGRES_HOST_AUTH_METHOD'] !== 'trust' ? passwordRefusal : found.length > 0 ? notEmptyRefusal(data, found) : []
    for (const line of refusal) context.log(line)
    if (refusal.length > 0) return 1
    await initialiseDatabase(files, data)
    context.log('PostgreSQL init process complete; ready for start up.')
  }
  context.log('LOG:  database system is ready to accept connections')
  const wal = `${data}/pg_wal/000000010000000000000001`
  const code = await untilStopped(context, 5_000, async (turn) => {
    await files.write(wal, text(`checkpoint ${turn} at ${new Date(context.effects.clock.now()).toISOString()}\n`), 0, { append: true })
    await files.sync(wal)
  })
  context.log('LOG:  database system is shut down')
  return code
}

/** The image's own words (docker-entrypoint.sh of postgres:15): without them its pod restarts for ever, here as there. */
const passwordRefusal = [
  'Error: Database is uninitialized and superuser password is not specified.',
  '       You must specify POSTGRES_PASSWORD to a non-empty value for the',
  '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
]

/** initdb's own: a fresh ext4 holds lost+found, which is why PGDATA should be a directory below the mount. */
function notEmptyRefusal(data: string, found: readonly string[]): readonly string[] {
  const mountPoint = ['initdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.', 'initdb: hint: Using a mount point directly as the data directory is not recommended.', 'Create a subdirectory under the mount point.']
  return [`initdb: error: directory "${data}" exists but is not empty`, ...(found.includes('lost+found') ? mountPoint : [])]
}

async function initialiseDatabase(files: LinuxFiles, data: string): Promise<void> {
  for (const directory of ['base', 'base/1', 'global', 'pg_wal', 'pg_xact']) await files.makeDirectory(`${data}/${directory}`, 0o700)
  for (const [name, content] of [['postgresql.conf', "listen_addresses = '*'\n"], ['pg_hba.conf', 'host all all all scram-sha-256\n'], ['global/pg_control', 'in production\n'], ['PG_VERSION', '15\n']] as const) {
    await files.writeAtomic(`${data}/${name}`, content, 0o600)
  }
}

async function garage(context: ContainerContext): Promise<number> {
  const files = asLinuxFiles(context.effects.files)
  for (const directory of ['/meta', '/data']) await files.makeDirectory(directory)
  if ((await files.stat('/meta/node_key')) === undefined) await files.writeAtomic('/meta/node_key', `${context.effects.random.uuid().replaceAll('-', '')}\n`, 0o600)
  context.log('INFO  garage::server: Loading configuration...')
  context.log('INFO  garage_api::s3: S3 API server listening on http://0.0.0.0:3900')
  return await untilStopped(context, 10_000, async (turn) => {
    const block = `/data/${(turn % 256).toString(16).padStart(2, '0')}`
    await files.makeDirectory(block)
    await files.writeAtomic(`${block}/block`, context.effects.random.bytes(4096))
    await files.writeAtomic('/meta/db.sqlite', `objects ${turn}\n`)
  })
}

/** Works every `everyMs` until SIGTERM. A write that fails is logged and ends the program, as a database panics on it. */
async function untilStopped(context: ContainerContext, everyMs: number, work: (turn: number) => Promise<void>): Promise<number> {
  for (let turn = 0; !context.stop.aborted; turn += 1) {
    try {
      await work(turn)
      await context.effects.clock.sleep(everyMs, context.stop)
    } catch (error) {
      if (context.stop.aborted) break
      if (!(error instanceof FileFailure)) throw error
      context.log(`PANIC:  could not write to file "${error.path}": ${error.message}`)
      return 1
    }
  }
  return 0
}

/** An image that the lab does not know: it cannot run it, says so, and stays until it is stopped. */
export async function idle(context: ContainerContext, image: string): Promise<number> {
  context.log(`the lab has no program for the entrypoint of image ${image}: this container idles until it is stopped`)
  await new Promise<void>((resolve) => {
    if (context.stop.aborted) resolve()
    else context.stop.addEventListener('abort', () => resolve(), { once: true })
  })
  return 0
}
