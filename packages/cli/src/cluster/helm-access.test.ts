import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '@stowage/effects/real/files'
import { expect, test } from 'vitest'
import type { Terminal } from '../output/terminal.ts'
import { connect } from './connect.ts'
import { helmAccess } from './helm-access.ts'

const kubeconfig = (current: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'lab', cluster: { server: 'http://127.0.0.1:1' } }, { name: 'prod', cluster: { server: 'http://127.0.0.1:2' } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'me' } }, { name: 'prod', context: { cluster: 'prod', user: 'me' } }],
  })

async function inFolder(body: (cwd: string, terminal: (env: Terminal['env']) => Terminal) => Promise<void>): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-helm-access-'))
  const terminal = (env: Terminal['env']): Terminal => ({ stdout: () => {}, stderr: () => {}, stdin: async () => '', env, cwd, files: realFiles(), color: false })
  try {
    await writeFile(join(cwd, 'kubeconfig'), kubeconfig('lab'))
    await body(cwd, terminal)
  } finally {
    await rm(cwd, { recursive: true })
  }
}

test('helm works in the cluster that the client works in, whatever its own variables say, and whatever becomes the current context meanwhile', () =>
  inFolder(async (cwd, terminal) => {
    const person = terminal({ KUBECONFIG: join(cwd, 'kubeconfig'), HELM_KUBECONTEXT: 'prod', HELM_KUBEAPISERVER: 'http://127.0.0.1:2', HELM_KUBETOKEN: 'x', HELM_NAMESPACE: 'y', HELM_CACHE_HOME: '/cache', PATH: '/bin' })
    const { client, ...connection } = await connect({}, person)
    await writeFile(join(cwd, 'kubeconfig'), kubeconfig('prod'))
    const { cluster, env } = helmAccess({}, person, connection, { secrets: [] })
    expect([client.server, cluster]).toEqual(['http://127.0.0.1:1', ['--kube-context', 'lab']])
    expect(env).toEqual({ KUBECONFIG: join(cwd, 'kubeconfig'), HELM_CACHE_HOME: '/cache', PATH: '/bin' })
    connection.effects.close()
  }))

test('helm runs elsewhere, so a kubeconfig and a directory that are given from here are made absolute', () =>
  inFolder(async (cwd, terminal) => {
    const person = terminal({ KUBECONFIG: 'kubeconfig', TMPDIR: 'private/' })
    const { client: _, ...connection } = await connect({ kubeconfig: join(cwd, 'kubeconfig'), context: 'prod' }, person)
    const { cluster, env, directory } = helmAccess({ kubeconfig: 'kubeconfig', context: 'prod', as: 'jane' }, person, connection, { secrets: [] })
    expect(cluster).toEqual(['--kubeconfig', join(cwd, 'kubeconfig'), '--kube-context', 'prod', '--kube-as-user', 'jane'])
    expect([env?.['KUBECONFIG'], directory]).toEqual([join(cwd, 'kubeconfig'), join(cwd, 'private')])
    connection.effects.close()
  }))

test('what Secrets are made of is not in the environment of helm', () =>
  inFolder(async (cwd, terminal) => {
    const person = terminal({ KUBECONFIG: join(cwd, 'kubeconfig'), TOKEN: 'canary' })
    const { client: _, ...connection } = await connect({}, person)
    const { env } = helmAccess({}, person, connection, { secrets: [{ namespace: 'a', name: 'b', key: 'c', reason: '', before: [], source: { from: 'environment', variable: 'TOKEN' } }] })
    expect(env).toEqual({ KUBECONFIG: join(cwd, 'kubeconfig') })
    connection.effects.close()
  }))
