/** The configuration from text, strictly: every fault is a finding with its place, and an unknown key names the nearest known one. */
import { didYouMean, formatPath, isDriverName, type Finding } from '@stowage/core'
import { endpointOrigin } from '@stowage/proxmox'
import { isMap, isPair, LineCounter, parseDocument, visit, type Document } from 'yaml'
import * as z from 'zod'
import type { DriverConfig } from './config.ts'

export interface ParsedConfig {
  /** undefined when a finding is an error. */
  readonly config: DriverConfig | undefined
  readonly findings: readonly Finding[]
}

type Path = readonly (string | number)[]

export function parseConfig(text: string, file: string): ParsedConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (path: Path) => positionOf(document, lines, file, path)
  if (document.errors.length > 0) {
    return { config: undefined, findings: document.errors.map(({ message, pos }) => ({ rule: 'unparsable', severity: 'error', message, path: [], position: { file, line: lines.linePos(pos[0]).line, column: lines.linePos(pos[0]).col } })) }
  }
  const result = schema().safeParse(document.toJS())
  if (!result.success) return { config: undefined, findings: result.error.issues.flatMap(findingsOf).map((finding) => ({ ...finding, position: at(finding.path) })) }
  const config: DriverConfig = result.data
  const findings = crossChecks(config).map((finding) => ({ ...finding, position: at(finding.path) }))
  return { config: findings.length === 0 ? config : undefined, findings }
}

/** Built when a configuration is read, since zod's schemas cost start-up time. */
function schema() {
  const path = z.string().refine(isPlainPath, 'must be an absolute path without a slash at its end, and without ".", ".." and double slashes: volume ids are made of it')
  const endpoint = z.string().refine((text) => originOf(text) !== undefined, 'must be the https address of a Proxmox API, e.g. https://pve.example:8006').transform((text) => originOf(text) ?? text)
  const tls = z.strictObject({ caFile: path.exactOptional(), fingerprint: z.string().regex(/^([0-9A-Fa-f]{2}:?){32}$/, 'must be a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed').exactOptional(), insecure: z.boolean().exactOptional() })
  const cluster = z.strictObject({
    name: z.string().min(1),
    region: z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, 'must be a label value without a slash'),
    endpoints: z.array(endpoint).default([]),
    tls: tls.default({}),
    credentialsDir: path,
    ownerVmid: z.number().int().min(100).max(999_999_999).exactOptional(),
  })
  return z.strictObject({
    drivers: z.array(z.strictObject({ name: z.string().refine(isDriverName, 'must be a DNS name of at most 63 characters'), backend: z.enum(['proxmox', 'local']) })).min(1),
    proxmox: z.strictObject({ clusters: z.array(cluster).min(1) }).exactOptional(),
    local: z.strictObject({ path }).exactOptional(),
  })
}

function isPlainPath(text: string): boolean {
  return text.startsWith('/') && text.slice(1).split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function originOf(text: string): string | undefined {
  try {
    return endpointOrigin(text)
  } catch {
    return undefined
  }
}

const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['drivers', 'proxmox', 'local'],
  drivers: ['name', 'backend'],
  proxmox: ['clusters'],
  'proxmox.clusters': ['name', 'region', 'endpoints', 'tls', 'credentialsDir', 'ownerVmid'],
  'proxmox.clusters.tls': ['caFile', 'fingerprint', 'insecure'],
  local: ['path'],
}

function findingsOf(issue: z.core.$ZodIssue): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys[path.filter((part) => typeof part === 'string').join('.')] ?? []
    return issue.keys.map((key) => ({ rule: 'unknown-key', severity: 'error', message: `nobody knows the key ${JSON.stringify(key)}`, remedy: didYouMean(key, known), path: [...path, key] }))
  }
  return [{ rule: 'invalid-value', severity: 'error', message: `${formatPath(path) || 'the configuration'}: ${issue.message}`, path }]
}

function crossChecks({ drivers, proxmox, local }: DriverConfig): readonly Finding[] {
  const findings: Finding[] = []
  const fault = (rule: string, message: string, path: Path): void => void findings.push({ rule, severity: 'error', message, path })
  drivers.forEach(({ name, backend }, index) => {
    if (drivers.findIndex((other) => other.name === name) !== index) fault('duplicate-name', `the driver name ${name} stands twice`, ['drivers', index, 'name'])
    if (backend === 'proxmox' && proxmox === undefined) fault('missing-backend', `driver ${name} needs the section proxmox`, ['drivers', index, 'backend'])
    if (backend === 'local' && local === undefined) fault('missing-backend', `driver ${name} needs the section local`, ['drivers', index, 'backend'])
  })
  proxmox?.clusters.forEach(({ region, tls }, index) => {
    const at = ['proxmox', 'clusters', index]
    if (proxmox.clusters.findIndex((other) => other.region === region) !== index) fault('duplicate-region', `two clusters serve the region ${region}; a volume's id names its cluster by the region`, [...at, 'region'])
    if (Object.keys(tls).length > 1) fault('conflicting-trust', 'tls takes one of caFile, fingerprint and insecure', [...at, 'tls'])
  })
  return findings
}

/** Of the nearest node that is there: a missing key has the place of its map. */
function positionOf(document: Document.Parsed, lines: LineCounter, file: string, path: Path): NonNullable<Finding['position']> {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== undefined) return { file, line: lines.linePos(offset).line, column: lines.linePos(offset).col }
  }
  return { file, line: 1, column: 1 }
}

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  let found: number | undefined
  if (isMap(parent)) {
    visit(parent, {
      Pair: (_, pair, ancestors) => {
        if (ancestors.at(-1) === parent && isPair(pair) && keyText(pair.key) === last) found = rangeStart(pair.key)
      },
    })
    return found
  }
  return rangeStart(document.getIn(path, true))
}

function keyText(key: unknown): unknown {
  return typeof key === 'object' && key !== null && 'value' in key ? key.value : key
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  const start: unknown = node.range[0]
  return typeof start === 'number' ? start : undefined
}
