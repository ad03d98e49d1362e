import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readValue } from '../spec/read.ts'
import type { Declaration } from '../spec/schema/declaration.ts'
import { checks } from './index.ts'
import { ruleExplanations } from './rules.ts'

type SpecIn = Declaration['spec']

const proxmox = { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } }
const backends: SpecIn['backends'] = { pve: { proxmox }, disk: { local: { path: '/var/lib/stowage' } } }
const disk = { namespace: 'media', class: 'fast', size: '10Gi', handle: 'pve/pve1/local-zfs/vm-9999-a' }
const directory = { namespace: 'media', class: 'dirs', size: '10Gi', node: 'n1', path: '/var/lib/stowage/a' }
const classes: SpecIn['classes'] = { fast: { backend: 'pve', storage: 'local-zfs' }, dirs: { backend: 'disk' } }

/** What a value that a file could hold would be found to have; unknown, because faulty ones do not fit the types. */
function found(spec: object): readonly string[] {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, ...spec } })
  return findings.map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)
}

test('a sound declaration passes every check', () => {
  expect(found({ volumes: { a: disk, b: directory } })).toEqual([])
})

test.each<[string, object, string]>([
  ['a password anywhere', { backends: { ...backends, pve: { proxmox: { ...proxmox, password: 'x' } } } }, 'secret-in-text backends.pve.proxmox.password'],
  ['a token secret where a name belongs', { backends: { ...backends, pve: { proxmox: { ...proxmox, credentials: { secretRef: '3f1c5d0e-9b7a-4c1d-8e2f-0a1b2c3d4e5f' } } } } }, 'secret-in-text backends.pve.proxmox.credentials.secretRef'],
  ['a whole token', { classes: { ...classes, x: { backend: 'pve', storage: 'csi@pve!t=3f1c5d0e-9b7a-4c1d-8e2f-0a1b2c3d4e5f' } } }, 'secret-in-text classes.x.storage'],
  ['a private key', { driver: { image: '-----BEGIN RSA PRIVATE KEY-----' } }, 'secret-in-text driver.image'],
  ['a backend without a kind', { backends: { ...backends, x: {} } }, 'backend-kind backends.x'],
  ['a backend of two kinds', { backends: { ...backends, x: { proxmox: { ...proxmox, region: 'b' }, local: { path: '/a' } } } }, 'backend-kind backends.x'],
  ['nfs', { backends: { ...backends, nas: { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs' }, driver: 'stowage' } } } }, 'not-built-yet backends.nas.nfs.driver'],
  ['a second local backend', { backends: { ...backends, more: { local: { path: '/more' } } } }, 'not-built-yet backends.more'],
  ['backups of the hosts', { backup: { host: { sources: { a: {} } } } }, 'not-built-yet backup.host'],
  ['a URL without https', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: ['http://a:8006'] } } } }, 'bad-endpoint backends.pve.proxmox.endpoints.0'],
  ['a host without a scheme', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: ['pve.example:8006'] } } } }, 'bad-endpoint backends.pve.proxmox.endpoints.0'],
  ['words for a URL', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: ['the node'] } } } }, 'bad-endpoint backends.pve.proxmox.endpoints.0'],
  ['a user in a URL', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: ['https://root:pw@a:8006'] } } } }, 'bad-endpoint backends.pve.proxmox.endpoints.0'],
  ['a path in a URL', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: ['https://a:8006/x'] } } } }, 'bad-endpoint backends.pve.proxmox.endpoints.0'],
  ['no endpoint', { backends: { ...backends, pve: { proxmox: { ...proxmox, endpoints: [] } } } }, 'empty backends.pve.proxmox.endpoints'],
  ['two ways of trust', { backends: { ...backends, pve: { proxmox: { ...proxmox, tls: { insecure: true, ca: '-----BEGIN CERTIFICATE-----' } } } } }, 'tls-conflict backends.pve.proxmox.tls'],
  ['no trust at all, as a warning', { backends: { ...backends, pve: { proxmox: { ...proxmox, tls: { insecure: true } } } } }, 'tls-insecure backends.pve.proxmox.tls.insecure'],
  ['one region twice', { backends: { ...backends, pve2: { proxmox } } }, 'duplicate-region backends.pve2.proxmox.region'],
  ['an unknown backend', { classes: { ...classes, x: { backend: 'pve9' } } }, 'unknown-backend classes.x.backend'],
  ['two default classes', { classes: { a: { backend: 'disk', default: true }, b: { backend: 'disk', default: true } } }, 'two-default-classes classes.b.default'],
  ['Delete by default, as a warning', { classes: { a: { backend: 'disk', default: true, reclaimPolicy: 'Delete' } } }, 'delete-by-default classes.a.reclaimPolicy'],
  ['another kind’s driver name', { classes: { ...classes, x: { backend: 'disk', driverName: 'proxmox.csi.stowage.dev' } } }, 'driver-name-taken classes.x.driverName'],
  ['one second name for two kinds', { classes: { x: { backend: 'disk', driverName: 'a.b' }, y: { backend: 'pve', storage: 'local-zfs', driverName: 'a.b' } } }, 'driver-name-taken classes.y.driverName'],
  ['a driver name with a slash', { classes: { ...classes, x: { backend: 'disk', driverName: 'docker.io/hostpath' } } }, 'invalid-value classes.x.driverName'],
  ['a parameter of another kind', { classes: { ...classes, x: { backend: 'disk', cache: 'none' } } }, 'foreign-parameter classes.x.cache'],
  ['quota on a disk', { classes: { ...classes, x: { backend: 'pve', storage: 'local-zfs', quota: 'auto' } } }, 'foreign-parameter classes.x.quota'],
  ['a proxmox class without storage', { classes: { ...classes, x: { backend: 'pve' } } }, 'missing-parameter classes.x.storage'],
  ['parameters that exclude each other', { classes: { ...classes, x: { backend: 'pve', storage: 'local-zfs', aio: 'native', cache: 'writeback' } } }, 'conflicting-parameters classes.x.aio'],
  ['a block size that mkfs refuses', { classes: { ...classes, x: { backend: 'pve', storage: 'local-zfs', blockSize: 3000 } } }, 'invalid-parameter classes.x.blockSize'],
  ['ReadWriteMany of disks', { classes: { ...classes, x: { backend: 'pve', storage: 'local-zfs', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] } } }, 'access-mode classes.x.accessModes.1'],
  ['ReadWriteMany of directories', { classes: { ...classes, x: { backend: 'disk', accessModes: ['ReadWriteMany'] } } }, 'access-mode classes.x.accessModes.0'],
  ['a class name that Kubernetes refuses', { classes: { ...classes, 'Fast!': { backend: 'disk' } } }, 'invalid-name classes.Fast!'],
  ['a namespace that is no label', { namespace: 'storage.system' }, 'invalid-value namespace'],
  ['a volume of an unknown class', { volumes: { a: { ...disk, class: 'fsat' } } }, 'unknown-class volumes.a.class'],
  ['a volume without a handle', { volumes: { a: { namespace: 'm', class: 'fast', size: '1Gi' } } }, 'missing-field volumes.a.handle'],
  ['a handle that names no disk', { volumes: { a: { ...disk, handle: 'pve/local-zfs' } } }, 'invalid-handle volumes.a.handle'],
  ['a handle of another region', { volumes: { a: { ...disk, handle: 'other/pve1/local-zfs/vm-9999-a' } } }, 'wrong-region volumes.a.handle'],
  ['a handle of a directory', { volumes: { a: { ...directory, handle: 'x' } } }, 'foreign-field volumes.a.handle'],
  ['a node for a disk', { volumes: { a: { ...disk, node: 'n1' } } }, 'foreign-field volumes.a.node'],
  ['a directory without its node', { volumes: { a: { ...directory, node: undefined } } }, 'missing-field volumes.a.node'],
  ['a directory elsewhere', { volumes: { a: { ...directory, path: '/srv/a' } } }, 'outside-backend volumes.a.path'],
  ['a directory that climbs out', { volumes: { a: { ...directory, path: '/var/lib/stowage/../x' } } }, 'invalid-value volumes.a.path'],
  ['ReadWriteMany of an adopted disk', { volumes: { a: { ...disk, accessModes: ['ReadWriteMany'] } } }, 'access-mode volumes.a.accessModes.0'],
  ['one claim for two volumes', { volumes: { a: disk, b: { ...disk, claim: 'a', handle: 'pve/pve1/local-zfs/vm-9999-b' } } }, 'duplicate-volume volumes.b.namespace'],
  ['one disk for two volumes', { volumes: { a: disk, b: disk } }, 'duplicate-volume volumes.b.handle'],
  ['a size without a unit', { volumes: { a: { ...disk, size: '500' } } }, 'invalid-size volumes.a.size'],
  ['a size as a number', { volumes: { a: { ...disk, size: 500 } } }, 'wrong-type volumes.a.size'],
  ['a size of nothing', { volumes: { a: { ...disk, size: '0Gi' } } }, 'invalid-size volumes.a.size'],
  ['too many operations', { classes: { ...classes, x: { backend: 'pve', storage: 'local-zfs', diskIOPS: 2_000_000 } } }, 'out-of-range classes.x.diskIOPS'],
  ['no replica', { driver: { replicas: 0 } }, 'out-of-range driver.replicas'],
])('refused or warned of: %s', (_, spec, expected) => {
  expect(found(spec)).toEqual([expected])
})

test('a name that JavaScript would swallow is refused, and not lost', () => {
  const swallowed: object = JSON.parse('{"classes": {"__proto__": {"backend": "disk"}}, "backends": {"disk": {"local": {"path": "/data"}}, "__proto__": {}}}')
  expect(found(swallowed)).toEqual(['invalid-name backends.__proto__', 'invalid-name classes.__proto__'])
  expect(found({ classes: { x: { backend: 'constructor' } } })).toEqual(['unknown-backend classes.x.backend'])
})

test('sections that ask for nothing pass', () => {
  expect(found({ snapshots: { controller: 'none' }, backup: {}, monitoring: { alerts: false } })).toEqual([])
})

test('the sentence for ReadWriteMany names what can serve it', () => {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes: { x: { backend: 'disk', accessModes: ['ReadWriteMany'] } } } })
  expect(`${findings[0]?.message} ${findings[0]?.remedy}`).toMatch(/ReadWriteMany cannot be served by local .* nfs or rookCeph/)
})

test('labels and annotations may hold what looks like a secret', () => {
  expect(found({ classes: { ...classes, x: { backend: 'disk', annotations: { token: '3f1c5d0e-9b7a-4c1d-8e2f-0a1b2c3d4e5f' } } } })).toEqual([])
})

test('no check is listed twice', () => {
  expect(new Set(checks).size).toBe(checks.length)
})

test('every rule that the sources name is explained, and nothing else', () => {
  const rooms = ['../', '../../../core/src/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const sources = rooms.flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) => /^(?!.*\.test\.).*\.ts$/.test(file)).map((file) => readFileSync(room + file, 'utf8')))
  const named = sources.flatMap((text) => [
    ...[...text.matchAll(/rule: '([a-z-]+)'/g)].map(([, rule]) => rule),
    ...[...text.matchAll(/(?:fault|warning)\(\s*'([a-z]+(?:-[a-z]+)+)'/g)].map(([, rule]) => rule),
    ...[...text.matchAll(/\? '([a-z]+-[a-z]+)' : '([a-z]+-[a-z]+)',\n\s+severity/g)].flatMap(([, one, other]) => [one, other]),
    ...[...text.matchAll(/reader\.(?:fault|warn)\([^,]+, '([a-z-]+)'|this\.(?:fault|warn)\(key, '([a-z-]+)'/g)].map(([, rule, other]) => rule ?? other),
    ...[...text.matchAll(/(?:check: |aboutPool\(|aboutDevice\()'([a-z-]+)'/g)].map(([, rule]) => rule),
    ...[...text.matchAll(/size \? '(invalid-size)'/g)].map(([, rule]) => rule),
  ])
  expect([...new Set(named.filter((rule) => rule !== undefined))].toSorted()).toEqual(Object.keys(ruleExplanations).toSorted())
})
