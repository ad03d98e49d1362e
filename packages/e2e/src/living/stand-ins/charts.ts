/**
 * The accept rig's shelf of charts, with what they have to bring into a living cluster: the definitions that the real chart brings, and for
 * Velero the workloads in which its operator's stand-in finds what the values say. A repository on loopback serves them to helm.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { textResponse } from '@stowage/effects'
import { listenHttp } from '@stowage/effects/real'
import type { Listening } from '@stowage/effects/real'
import { crdsOf } from '@stowage/wire/crds'
import type { CrdSet } from '@stowage/wire/crds'
import { chartShelf } from '../../accept/chart-shelf.ts'
import type { ChartShelf } from '../../accept/chart-shelf.ts'
import { veleroTemplate } from './velero-template.ts'

export interface ShelfOptions {
  /** The house's folder. */
  readonly root: string
  /** Folder and version of Rook's published module. */
  readonly rook: string
  readonly rookVersion: string
  /** The program. */
  readonly helm: string
  /** Empty, ours. */
  readonly folder: string
}

/** A repository as `helm … --repo` wants it. */
export async function chartRepository({ root, rook, rookVersion, helm, folder }: ShelfOptions): Promise<Listening> {
  const shelf = await chartShelf({ rook, rookVersion, standIns: join(root, 'packages/e2e/accept/charts'), shelf: join(folder, 'shelf') })
  await furnish(shelf)
  const packed = join(folder, 'packed')
  await mkdir(packed)
  const run = promisify(execFile)
  await run(helm, ['package', '--destination', packed, ...shelf.all.map(({ path }) => path)])
  await run(helm, ['repo', 'index', packed])
  return listenHttp(async ({ url }) => {
    const name = new URL(url).pathname.slice(1)
    const content = await readFile(join(packed, name)).catch(() => undefined)
    return content === undefined ? textResponse(404, 'no such chart') : { status: 200, reason: 'OK', headers: { 'content-type': 'application/octet-stream' }, body: once(content) }
  })
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

async function furnish({ all }: ChartShelf): Promise<void> {
  for (const { name, path } of all) {
    if (name === 'velero') {
      await define(path, 'velero')
      await writeFile(join(path, 'templates/workloads.yaml'), veleroTemplate)
    }
    if (name === 'ceph-csi-operator') await define(path, 'ceph-csi-operator')
    // Rook's chart brings them through the chart that it depends on, of which the shelf has only the name.
    if (name === 'rook-ceph') await define(join(path, 'charts/ceph-csi-operator'), 'ceph-csi-operator')
  }
}

async function define(chart: string, set: CrdSet): Promise<void> {
  await mkdir(join(chart, 'crds'), { recursive: true })
  await writeFile(join(chart, 'crds', `${set}.yaml`), (await crdsOf(set)).map((each) => JSON.stringify(each)).join('\n---\n'))
}
