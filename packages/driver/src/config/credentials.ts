/** A cluster's connection from its directory of credentials: our own files, or the existing plugin's `config.yaml`. Read again when it changes. */
import { isAbsolute, join } from 'node:path/posix'
import { StorageError } from '@stowage/core'
import { FileFailure, type Clock, type Files, type TlsTrust } from '@stowage/effects'
import { endpointOrigin, tokenIdFault, type Connection, type ConnectionSource } from '@stowage/proxmox'
import { parse } from 'yaml'
import * as z from 'zod'
import type { ClusterConfig } from './config.ts'

/** Kubernetes swaps the files of a mounted Secret within a minute or so; reading them is cheap. */
const rereadMs = 10_000

export function credentialsSource({ clock, files }: { readonly clock: Clock; readonly files: Files }, cluster: ClusterConfig): ConnectionSource {
  let known: { readonly connection: Connection; readonly at: number } | undefined
  const reread = async (): Promise<Connection> => {
    const connection = await readConnection(files, cluster)
    known = { connection, at: clock.monotonic() }
    return connection
  }
  return {
    reread,
    current: async () => {
      if (known !== undefined && clock.monotonic() - known.at < rereadMs) return known.connection
      try {
        return await reread()
      } catch (error) {
        // In the moment of the swap a file may be missing; what was read before is then still the best that is known.
        if (known === undefined) throw error
        return known.connection
      }
    },
  }
}

async function readConnection(files: Files, cluster: ClusterConfig): Promise<Connection> {
  const { credentialsDir: directory } = cluster
  const own = { id: await textOf(files, join(directory, 'token_id')), secret: await textOf(files, join(directory, 'token_secret')) }
  const plugin = own.id === undefined || own.secret === undefined ? await readPluginConfig(files, cluster) : undefined
  const tokenId = own.id ?? plugin?.tokenId
  const tokenSecret = own.secret ?? plugin?.tokenSecret
  if (tokenId === undefined || tokenSecret === undefined) throw unreadable(cluster, 'it holds neither token_id and token_secret nor config.yaml')
  const fault = tokenIdFault(tokenId)
  if (fault !== undefined) throw unreadable(cluster, `its token id is not one: ${fault}`)
  const endpoints = cluster.endpoints.length > 0 ? cluster.endpoints : [plugin?.url].filter((url) => url !== undefined).map(endpointOrigin)
  if (endpoints.length === 0) throw unreadable(cluster, 'no endpoint is configured, and the credentials name no url')
  const tls = await trustOf(files, cluster, plugin?.insecure === true)
  return { endpoints, tokenId, tokenSecret, ...(tls === undefined ? {} : { tls }) }
}

async function trustOf(files: Files, { tls: { caFile, fingerprint, insecure }, credentialsDir }: ClusterConfig, pluginInsecure: boolean): Promise<TlsTrust | undefined> {
  if (fingerprint !== undefined) return { fingerprint }
  if (insecure === true) return { insecure }
  const ca = caFile === undefined ? await textOf(files, join(credentialsDir, 'ca.crt')) : await files.readText(caFile)
  if (ca !== undefined) return { ca }
  return pluginInsecure ? { insecure: true } : undefined
}

interface PluginCredentials {
  readonly url: string
  readonly insecure: boolean
  readonly tokenId: string
  readonly tokenSecret: string
}

/** `clusters[]` of proxmox-csi-plugin's config.yaml (v0.19.1, pkg/config). Its entry is found by the region; a single one is taken as it is. */
async function readPluginConfig(files: Files, cluster: ClusterConfig): Promise<PluginCredentials | undefined> {
  const text = await textOf(files, join(cluster.credentialsDir, 'config.yaml'))
  if (text === undefined) return undefined
  const optional = z.string().optional()
  const entry = z.object({ url: z.string(), region: optional, insecure: z.boolean().optional(), token_id: optional, token_id_file: optional, token_secret: optional, token_secret_file: optional, username: optional })
  const parsed = z.object({ clusters: z.array(entry) }).safeParse(yamlOf(cluster, text))
  if (!parsed.success) throw unreadable(cluster, `its config.yaml is not one of proxmox-csi-plugin: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
  const { clusters } = parsed.data
  const found = clusters.find(({ region }) => region === cluster.region) ?? (clusters.length === 1 && clusters[0]?.region === undefined ? clusters[0] : undefined)
  if (found === undefined) throw unreadable(cluster, `its config.yaml has no cluster of the region ${cluster.region} (it has ${clusters.map(({ region }) => region ?? 'one without').join(', ')})`)
  const tokenId = found.token_id ?? (await textOfNamed(files, cluster, found.token_id_file))
  const tokenSecret = found.token_secret ?? (await textOfNamed(files, cluster, found.token_secret_file))
  if (tokenId === undefined || tokenSecret === undefined) {
    throw unreadable(cluster, found.username === undefined ? 'its config.yaml names no token' : 'its config.yaml has a user name and a password; make an API token for that user (Datacenter, Permissions, API Tokens) and write token_id and token_secret')
  }
  return { url: found.url, insecure: found.insecure ?? false, tokenId, tokenSecret }
}

function yamlOf(cluster: ClusterConfig, text: string): unknown {
  try {
    return parse(text)
  } catch {
    // The parser's message would quote the text, and the text holds the secret.
    throw unreadable(cluster, 'its config.yaml is not YAML')
  }
}

function textOfNamed(files: Files, { credentialsDir }: ClusterConfig, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return Promise.resolve(undefined)
  return textOf(files, isAbsolute(path) ? path : join(credentialsDir, path))
}

async function textOf(files: Files, path: string): Promise<string | undefined> {
  try {
    const text = (await files.readText(path)).trim()
    return text === '' ? undefined : text
  } catch (error) {
    if (error instanceof FileFailure && error.code === 'ENOENT') return undefined
    throw error
  }
}

function unreadable({ name, credentialsDir }: ClusterConfig, why: string): StorageError {
  return new StorageError('denied', `the credentials of the Proxmox cluster ${name} in ${credentialsDir} cannot be used: ${why}. They are read again when they change`)
}
