/** What the driver reads at its start. Credentials are directories of mounted Secrets, never text. */
import { createHash } from 'node:crypto'
import { printYaml } from '../../encode/print-yaml.ts'
import type { LocalBackendSpec, ProxmoxBackendSpec, Spec } from '../../spec/spec.ts'
import type { KubernetesObject } from '../plan.ts'
import { labelsOf } from '../labels.ts'

export const configMapName = 'stowage-config'
export const configDirectory = '/etc/stowage/config'
export const configPath = `${configDirectory}/config.yaml`
export const configHashAnnotation = 'stowage.dev/config-hash'

/** Where the Secret of a backend is mounted. */
export function credentialsDirectory(backend: string): string {
  return `/etc/stowage/credentials/${backend}`
}

/** Those that our own driver serves. */
export function proxmoxBackends({ backends }: Spec): readonly ProxmoxBackendSpec[] {
  return backends.filter((backend): backend is ProxmoxBackendSpec => backend.kind === 'proxmox' && backend.driver === 'stowage')
}

export function localBackend({ backends }: Spec): LocalBackendSpec | undefined {
  return backends.find((backend) => backend.kind === 'local')
}

/** The files of the ConfigMap by name: `config.yaml`, and the CA of each backend that has one. */
export function configFiles(spec: Spec): Readonly<Record<string, string>> {
  const clusters = proxmoxBackends(spec)
  const local = localBackend(spec)
  const config = {
    drivers: spec.drivers,
    ...(clusters.length === 0 ? {} : { proxmox: { clusters: clusters.map(clusterOf) } }),
    ...(local === undefined ? {} : { local: { path: local.path } }),
  }
  const authorities = clusters.flatMap(({ name, tls }) => (tls.ca === undefined ? [] : [[authorityFile(name), tls.ca] as const]))
  return { 'config.yaml': printYaml(config), ...Object.fromEntries(authorities) }
}

function clusterOf({ name, region, endpoints, tls }: ProxmoxBackendSpec) {
  const trust = {
    ...(tls.ca === undefined ? {} : { caFile: `${configDirectory}/${authorityFile(name)}` }),
    ...(tls.fingerprint === undefined ? {} : { fingerprint: tls.fingerprint }),
    ...(tls.insecure === true ? { insecure: true } : {}),
  }
  return { name, region, endpoints, ...(Object.keys(trust).length === 0 ? {} : { tls: trust }), credentialsDir: credentialsDirectory(name) }
}

function authorityFile(backend: string): string {
  return `${backend}-ca.pem`
}

export function configMap(spec: Spec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName, namespace: spec.namespace, labels: labelsOf(spec, 'system') },
    data: configFiles(spec),
  }
}

/** Stands in the pods' annotations: another configuration rolls the pods. */
export function configHash(spec: Spec): string {
  return createHash('sha256').update(JSON.stringify(configFiles(spec))).digest('hex').slice(0, 32)
}
