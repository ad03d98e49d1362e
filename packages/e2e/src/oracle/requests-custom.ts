/** Definitions and objects of them: a small definition that holds every keyword of a schema, and the engines' own pinned ones. */
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { rookCrds } from '@stowage/wire/crds/rook'
import { veleroCrds } from '@stowage/wire/crds/velero'
import type { OracleRequest } from './exchange.ts'
import { apply, del, get, jsonPatch, merge, patch, post, put, strategic, table } from './request.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const group = '/apis/lab.example.com/v1/namespaces/custom'
const widgets = `${group}/widgets`
const applying = 'fieldManager=stowage'
const rowOnly = `?includeObject=None`

const text = { type: 'string' }
const named = (properties: object, rest: object = {}): object => ({ type: 'object', properties, ...rest })
const widgetSpec = named(
  {
    size: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, default: 3 },
    ratio: { type: 'number', maximum: 1, exclusiveMaximum: true },
    mode: { type: 'string', enum: ['fast', 'slow', ''] },
    path: { type: 'string', pattern: '^/.*$', minLength: 2, maxLength: 10 },
    enabled: { type: 'boolean' },
    since: { type: 'string', format: 'date-time' },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 5 } },
    names: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 3 },
    devices: {
      type: 'array',
      minItems: 1,
      items: named({ name: text, role: { type: 'string', default: 'data' }, weight: { type: 'integer' } }, { required: ['name'] }),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    plain: { type: 'array', items: named({ a: text }) },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nothing: { type: 'string', nullable: true },
    nested: named({ tier: { type: 'string', default: 'gold' }, depth: { type: 'integer' } }, { default: {} }),
    either: { type: 'object', properties: { a: text, b: text }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }] },
    low: { type: 'integer' },
    high: { type: 'integer' },
  },
  {
    required: ['owner'],
    'x-kubernetes-validations': [
      { rule: '!has(self.low) || !has(self.high) || self.low <= self.high', message: 'low must not be above high' },
      { rule: "!has(self.mode) || self.mode != 'slow' || has(self.path)" },
    ],
  },
)
const withOwner = { ...widgetSpec, properties: { ...('properties' in widgetSpec && typeof widgetSpec.properties === 'object' ? widgetSpec.properties : {}), owner: text } }
const widgetVersion = (name: string, rest: object = {}): object => ({
  name,
  served: true,
  storage: name === 'v1',
  subresources: { status: {}, scale: { specReplicasPath: '.spec.low', statusReplicasPath: '.status.count', labelSelectorPath: '.status.selector' } },
  additionalPrinterColumns: [
    { name: 'Owner', type: 'string', jsonPath: '.spec.owner', description: 'Whose it is' },
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Enabled', type: 'boolean', jsonPath: '.spec.enabled', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: {
    openAPIV3Schema: named({
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      spec: withOwner,
      status: named({ count: { type: 'integer' }, selector: text, phase: { type: 'string', enum: ['Ready', 'Pending'] }, conditions: { type: 'array', items: named({ type: text, status: text }) } }),
    }),
  },
  ...rest,
})
const definition = (plural: string, kind: string, spec: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.lab.example.com` },
  spec: { group: 'lab.example.com', names: { plural, kind, shortNames: [plural.slice(0, 2)], categories: ['all'] }, scope: 'Namespaced', versions: [widgetVersion('v1')], ...spec },
})
const plainVersion = (schema: object, rest: object = {}): object => ({ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...rest })

const widget = (name: string, spec: object = {}, rest: object = {}): object => ({
  apiVersion: 'lab.example.com/v1', kind: 'Widget', metadata: { name, namespace: 'custom' }, spec: { owner: 'me', ...spec }, ...rest,
})
const refused = (name: string, spec: object): OracleRequest => post(`a widget with ${name}`, widgets, widget('refused', spec))

const pinned = (plural: string): object => {
  const found = [...externalSnapshotterCrds, ...rookCrds, ...veleroCrds].find((each) => each.metadata.name === plural)
  if (found === undefined) throw new Error(`${plural} is not among the pinned definitions`)
  return found
}
const pinnedNames = [
  'volumesnapshots.snapshot.storage.k8s.io', 'volumesnapshotcontents.snapshot.storage.k8s.io', 'volumesnapshotclasses.snapshot.storage.k8s.io',
  'cephclusters.ceph.rook.io', 'cephblockpools.ceph.rook.io', 'cephfilesystems.ceph.rook.io', 'cephfilesystemsubvolumegroups.ceph.rook.io',
  'backupstoragelocations.velero.io', 'schedules.velero.io', 'backups.velero.io',
]

const rook = '/apis/ceph.rook.io/v1/namespaces/custom'
const velero = '/apis/velero.io/v1/namespaces/custom'
const snapshots = '/apis/snapshot.storage.k8s.io/v1'
const pool = (name: string, spec: object): object => ({ apiVersion: 'ceph.rook.io/v1', kind: 'CephBlockPool', metadata: { name, namespace: 'custom' }, spec })
const cluster = (spec: object): object => ({
  apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: 'ceph', namespace: 'custom' },
  spec: { cephVersion: { image: 'quay.io/ceph/ceph:v20.2.4' }, dataDirHostPath: '/var/lib/rook', mon: { count: 3 }, mgr: { count: 2 }, storage: { useAllNodes: false, nodes: [{ name: 'k1', devices: [{ name: 'sdb' }] }] }, ...spec },
})
const snapshot = (name: string, spec: object): object => ({ apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', metadata: { name, namespace: 'custom' }, spec })

export const customRequests: readonly OracleRequest[] = [
  post('a namespace for custom resources', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'custom' } }),

  // Definitions
  post('a definition under another name', definitions, { ...definition('widgets', 'Widget'), metadata: { name: 'others.lab.example.com' } }),
  post('a definition without a version to store', definitions, definition('widgets', 'Widget', { versions: [{ ...widgetVersion('v1'), storage: false }] })),
  post('a definition without a schema', definitions, definition('widgets', 'Widget', { versions: [{ name: 'v1', served: true, storage: true }] })),
  post('a definition with a field that has no type', definitions, definition('widgets', 'Widget', { versions: [plainVersion(named({ spec: named({ a: {} }) }))] })),
  post('a definition without scope', definitions, definition('widgets', 'Widget', { scope: undefined })),
  post('a definition with an unknown field, strictly', `${definitions}?fieldValidation=Strict`, definition('widgets', 'Widget', { colour: 'red' })),
  post('a definition whose list map has no keys', definitions, definition('widgets', 'Widget', { versions: [plainVersion(named({ spec: named({ a: { type: 'array', items: named({ b: text }), 'x-kubernetes-list-type': 'map' } }) }))] })),
  post('a definition whose default does not fit', definitions, definition('widgets', 'Widget', { versions: [plainVersion(named({ spec: named({ a: { type: 'integer', default: 'x' } }) }))] })),
  post('a definition', definitions, definition('widgets', 'Widget', { versions: [widgetVersion('v1'), widgetVersion('v1beta1', { deprecated: true })] })),
  post('a definition twice', definitions, definition('widgets', 'Widget')),
  get('a definition that is established', `${definitions}/widgets.lab.example.com`, undefined, 2000),
  get('definitions as a table', definitions, table),
  get('the group of a definition', '/apis/lab.example.com'),
  get('the resources of a definition', '/apis/lab.example.com/v1'),
  post('a definition whose names are taken', definitions, definition('gadgets', 'Widget')),
  get('its condition says so', `${definitions}/gadgets.lab.example.com`, undefined, 2000),
  del('it is deleted', `${definitions}/gadgets.lab.example.com`),
  put('a definition cannot change its scope', `${definitions}/widgets.lab.example.com`, { ...definition('widgets', 'Widget', { scope: 'Cluster', versions: [widgetVersion('v1'), widgetVersion('v1beta1', { deprecated: true })] }), metadata: { name: 'widgets.lab.example.com', resourceVersion: '${a definition that is established:metadata.resourceVersion}' } }),

  // Objects
  post('a widget', widgets, widget('a')),
  post('a widget twice', widgets, widget('a')),
  post('a widget through an old version', '/apis/lab.example.com/v1beta1/namespaces/custom/widgets', { ...widget('old'), apiVersion: 'lab.example.com/v1beta1' }),
  get('it is there in the new one', `${widgets}/old`),
  post('a widget of another version than its path', widgets, { ...widget('x'), apiVersion: 'lab.example.com/v1beta1' }),
  post('a widget of another kind', widgets, { ...widget('x'), kind: 'Gadget' }),
  post('a widget without kind', widgets, { ...widget('x'), kind: undefined }),
  post('a widget with an unknown field', widgets, widget('unknown', { colour: 'red', nested: { tiers: 1 }, plain: [{ a: 'a', b: 'b' }], any: { x: { y: 1 } } }, { extra: true })),
  post('a widget with an unknown field, strictly', `${widgets}?fieldValidation=Strict`, widget('strict', { colour: 'red', nested: { tiers: 1 } }, { extra: true })),
  post('a widget with an unknown field, ignored', `${widgets}?fieldValidation=Ignore`, widget('ignored', { colour: 'red' })),
  post('a widget with everything', widgets, widget('whole', { size: 5, ratio: 0.5, mode: 'slow', path: '/srv', enabled: true, since: '2026-01-02T03:04:05Z', port: 'http', labels: { a: 'b' }, names: ['x', 'y'], devices: [{ name: 'sda' }, { name: 'sdb', role: 'meta', weight: 2 }], nothing: null, nested: { depth: 1 }, either: { a: 'a' }, low: 1, high: 2, fixed: 'x' }, { status: { phase: 'Ready' } })),
  post('a widget with nulls where none may be', widgets, widget('nulls', { size: null, mode: null, nothing: null, nested: null })),
  refused('a text for a number', { size: 'five' }),
  refused('a number for a text', { owner: 5 }),
  refused('a list for an object', { nested: [] }),
  refused('a text for an object', { nested: 'x' }),
  refused('a fraction for an integer', { size: 1.5 }),
  refused('a number below the minimum', { size: 0 }),
  refused('a number above the maximum', { size: 10 }),
  refused('a number at an exclusive maximum', { ratio: 1 }),
  refused('an integer beyond its format', { size: 3_000_000_000 }),
  refused('a value that is not among the allowed', { mode: 'medium' }),
  refused('a text that does not match', { path: 'srv' }),
  refused('a text that is too short', { path: '/' }),
  refused('a text that is too long', { path: '/aaaaaaaaaaaaaaa' }),
  refused('a time that is none', { since: 'yesterday' }),
  refused('a truth value for a port', { port: true }),
  refused('a value of a map that is too long', { labels: { a: 'abcdefg' } }),
  refused('too many items', { names: ['a', 'b', 'c', 'd'] }),
  refused('too few items', { devices: [] }),
  refused('an item twice in a set', { names: ['a', 'a'] }),
  refused('a key twice in a map list', { devices: [{ name: 'sda' }, { name: 'sda', role: 'x' }] }),
  refused('an item without its required key', { devices: [{ role: 'x' }] }),
  refused('none of two', { either: {} }),
  refused('both of two', { either: { a: 'a', b: 'b' } }),
  refused('a failed rule', { low: 3, high: 2 }),
  refused('a failed rule without a message', { mode: 'slow' }),
  post('a widget without what is required', widgets, { apiVersion: 'lab.example.com/v1', kind: 'Widget', metadata: { name: 'refused' }, spec: {} }),
  post('a widget with a bad name', widgets, widget('Not_A_Name')),
  post('a widget in a namespace that is not there', '/apis/lab.example.com/v1/namespaces/nowhere/widgets', { ...widget('x'), metadata: { name: 'x' } }),
  get('widgets', widgets),
  get('widgets as a table', widgets, table),
  get('a widget as a table', `${widgets}/whole`, table),
  get('widgets by a field that cannot be selected', `${widgets}?fieldSelector=spec.owner%3Dme`),
  get('widgets by name', `${widgets}?fieldSelector=metadata.name%3Da`),

  // Changes
  patch('a field that is immutable by rule', `${widgets}/whole`, merge, { spec: { fixed: 'y' } }),
  patch('a merge patch', `${widgets}/whole`, merge, { spec: { size: 6, labels: null } }),
  patch('a merge patch that changes nothing', `${widgets}/whole`, merge, { spec: { size: 6 } }),
  patch('a merge patch with an unknown field', `${widgets}/whole`, merge, { spec: { colour: 'red' } }),
  patch('a merge patch with an unknown field, strictly', `${widgets}/whole?fieldValidation=Strict`, merge, { spec: { colour: 'red' } }),
  patch('a JSON patch', `${widgets}/whole`, jsonPatch, [{ op: 'replace', path: '/spec/size', value: 7 }]),
  patch('a strategic patch is not for custom resources', `${widgets}/whole`, strategic, { spec: { size: 8 } }),
  patch('a patch that breaks the schema', `${widgets}/whole`, merge, { spec: { size: 99 } }),
  put('an update without version', `${widgets}/a`, widget('a', { size: 4 })),
  get('a widget again', `${widgets}/a`),
  put('an update with the version', `${widgets}/a`, { ...widget('a', { size: 4 }), metadata: { name: 'a', namespace: 'custom', resourceVersion: '${a widget again:metadata.resourceVersion}' } }),
  put('an update of what is not there is refused', `${widgets}/absent`, widget('absent')),
  patch('an update leaves the status alone', `${widgets}/a`, merge, { status: { phase: 'Ready' } }),
  patch('the status is written apart', `${widgets}/a/status`, merge, { status: { phase: 'Ready', conditions: [{ type: 'Ready', status: 'True' }] }, spec: { size: 9 } }),
  patch('a status that does not fit', `${widgets}/a/status`, merge, { status: { phase: 'Broken' } }),
  patch('a status with an unknown field', `${widgets}/a/status`, merge, { status: { colour: 'red' } }),
  get('the status of a widget', `${widgets}/a/status`),
  get('a widget with status as a table', `${widgets}/a`, table),

  get('the scale of a widget', `${widgets}/a/scale`),
  put('a widget is scaled', `${widgets}/a/scale`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a', namespace: 'custom' }, spec: { replicas: 2 } }),
  patch('a widget is scaled by a patch', `${widgets}/a/scale`, merge, { spec: { replicas: 3 } }),
  get('a widget after scaling', `${widgets}/a`),

  // Server-side apply
  patch('apply creates a widget', `${widgets}/applied?${applying}`, apply, widget('applied', { devices: [{ name: 'sda', weight: 1 }], names: ['x'], plain: [{ a: '1' }] })),
  patch('apply of the same widget changes nothing', `${widgets}/applied?${applying}`, apply, widget('applied', { devices: [{ name: 'sda', weight: 1 }], names: ['x'], plain: [{ a: '1' }] })),
  patch('another applies an item of its own', `${widgets}/applied?fieldManager=other`, apply, widget('applied', { devices: [{ name: 'sdb' }], names: ['y'] })),
  patch('apply of another value conflicts', `${widgets}/applied?fieldManager=other`, apply, widget('applied', { devices: [{ name: 'sda', weight: 2 }] })),
  patch('apply by force takes it', `${widgets}/applied?fieldManager=other&force=true`, apply, widget('applied', { devices: [{ name: 'sda', weight: 2 }] })),
  patch('apply drops an item', `${widgets}/applied?${applying}`, apply, widget('applied', { names: ['x'] })),
  patch('apply with a field that the schema does not know', `${widgets}/applied?${applying}`, apply, widget('applied', { colour: 'red' })),
  patch('apply with a field that the schema does not know, strictly', `${widgets}/applied?${applying}&fieldValidation=Strict`, apply, widget('applied', { colour: 'red' })),
  patch('apply with a wrong type', `${widgets}/applied?${applying}`, apply, widget('applied', { size: 'big' })),
  patch('apply with a key twice', `${widgets}/applied?${applying}`, apply, widget('applied', { devices: [{ name: 'sda' }, { name: 'sda' }] })),
  patch('apply of a status', `${widgets}/applied/status?fieldManager=controller`, apply, { apiVersion: 'lab.example.com/v1', kind: 'Widget', metadata: { name: 'applied', namespace: 'custom' }, status: { phase: 'Ready' } }),
  patch('a dry run of an apply', `${widgets}/dry?${applying}&dryRun=All`, apply, widget('dry')),
  get('a dry run keeps nothing', `${widgets}/dry`),

  // Deletion
  post('a widget that is held', widgets, widget('held', {}, { metadata: { name: 'held', finalizers: ['lab.example.com/hold'] } })),
  post('a widget with a finalizer that is not qualified', `${widgets}?dryRun=All`, widget('bare', {}, { metadata: { name: 'bare', finalizers: ['hold'] } })),
  del('a widget is deleted', `${widgets}/old`),
  del('a widget that is held is marked', `${widgets}/held`),
  del('all widgets of a label', `${widgets}?labelSelector=none%3Dsuch`),

  // The engines' own
  ...pinnedNames.map((name): OracleRequest => ({ ...post(`the definition of ${name}`, `${definitions}${rowOnly}`, pinned(name)), accept: table })),
  post('a pool', `${rook}/cephblockpools?fieldValidation=Strict`, pool('fast', { failureDomain: 'host', replicated: { size: 3 } }), 3000),
  post('a pool with a misspelt field, strictly', `${rook}/cephblockpools?fieldValidation=Strict`, pool('bad', { failuredomain: 'host', replicated: { size: 3, requireSafeReplicasize: true } })),
  post('a pool with a misspelt field', `${rook}/cephblockpools`, pool('pruned', { failuredomain: 'host', replicated: { size: 3 } })),
  post('a pool whose size is a text', `${rook}/cephblockpools`, pool('bad', { replicated: { size: '3' } })),
  post('a pool that breaks a rule', `${rook}/cephblockpools`, pool('bad', { replicated: { size: 3, replicasPerFailureDomain: 2 }, parameters: { compression_mode: 'none' }, erasureCoded: { codingChunks: 1 } })),
  post('a cluster', `${rook}/cephclusters?fieldValidation=Strict`, cluster({})),
  patch('the directory of a cluster is immutable', `${rook}/cephclusters/ceph`, merge, { spec: { dataDirHostPath: '/srv/rook' } }),
  patch('more mons than the definition allows', `${rook}/cephclusters/ceph`, merge, { spec: { mon: { count: 11 } } }),
  patch('a provider cannot follow another', `${rook}/cephclusters/ceph`, merge, { spec: { network: { provider: 'multus' } } }),
  get('clusters as a table', `${rook}/cephclusters`, table),
  patch('apply of a filesystem', `${rook}/cephfilesystems/shared?${applying}`, apply, { apiVersion: 'ceph.rook.io/v1', kind: 'CephFilesystem', metadata: { name: 'shared', namespace: 'custom' }, spec: { metadataPool: { replicated: { size: 3 } }, dataPools: [{ name: 'data', failureDomain: 'host', replicated: { size: 3 } }], metadataServer: { activeCount: 1, activeStandby: true } } }),
  post('a subvolume group with two pinnings', `${rook}/cephfilesystemsubvolumegroups`, { apiVersion: 'ceph.rook.io/v1', kind: 'CephFilesystemSubVolumeGroup', metadata: { name: 'csi' }, spec: { filesystemName: 'shared', pinning: { distributed: 1, random: 0.5 } } }),
  post('a snapshot', `${snapshots}/namespaces/custom/volumesnapshots`, snapshot('s', { volumeSnapshotClassName: 'fast', source: { persistentVolumeClaimName: 'data' } })),
  post('a snapshot of nothing', `${snapshots}/namespaces/custom/volumesnapshots`, snapshot('none', { source: {} })),
  post('a snapshot of an empty class', `${snapshots}/namespaces/custom/volumesnapshots`, snapshot('none', { volumeSnapshotClassName: '', source: { persistentVolumeClaimName: 'data' } })),
  patch('the source of a snapshot is immutable', `${snapshots}/namespaces/custom/volumesnapshots/s`, merge, { spec: { source: { persistentVolumeClaimName: 'other' } } }),
  post('content without the namespace of its snapshot', `${snapshots}/volumesnapshotcontents`, { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotContent', metadata: { name: 'c' }, spec: { deletionPolicy: 'Retain', driver: 'x.example.com', source: { snapshotHandle: 'h' }, volumeSnapshotRef: { name: 's' } } }),
  post('a snapshot class', `${snapshots}/volumesnapshotclasses`, { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass', metadata: { name: 'fast' }, driver: 'x.example.com', deletionPolicy: 'Delete' }),
  post('a snapshot class without a policy', `${snapshots}/volumesnapshotclasses`, { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass', metadata: { name: 'none' }, driver: 'x.example.com' }),
  get('snapshot classes as a table', `${snapshots}/volumesnapshotclasses`, table),
  post('a backup storage location', `${velero}/backupstoragelocations?fieldValidation=Strict`, { apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', metadata: { name: 'default' }, spec: { provider: 'aws', objectStorage: { bucket: 'backups' }, config: { region: 'garage' } } }),
  post('a backup storage location without a bucket', `${velero}/backupstoragelocations`, { apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', metadata: { name: 'none' }, spec: { provider: 'aws', objectStorage: {} } }),
  patch('the phase of a location', `${velero}/backupstoragelocations/default`, merge, { status: { phase: 'Available' } }),
  get('locations as a table', `${velero}/backupstoragelocations`, table),
  patch('apply of a schedule', `${velero}/schedules/daily?${applying}`, apply, { apiVersion: 'velero.io/v1', kind: 'Schedule', metadata: { name: 'daily', namespace: 'custom' }, spec: { schedule: '17 0 * * *', template: { ttl: '192h', snapshotMoveData: true, includedNamespaces: ['*'] } } }),
  post('a schedule with a misspelt field, strictly', `${velero}/schedules?fieldValidation=Strict`, { apiVersion: 'velero.io/v1', kind: 'Schedule', metadata: { name: 'bad' }, spec: { schedule: '17 0 * * *', template: { snapshotMoveDatas: true } } }),

  // The end of a definition
  del('a definition goes with its objects', `${definitions}/volumesnapshotclasses.snapshot.storage.k8s.io`),
  get('its objects are gone', `${snapshots}/volumesnapshotclasses`, undefined, 3000),
  get('it is gone, too', `${definitions}/volumesnapshotclasses.snapshot.storage.k8s.io`),
  del('a definition whose object is held waits', `${definitions}/widgets.lab.example.com`),
  get('it waits', `${definitions}/widgets.lab.example.com`, undefined, 3000),
  post('nothing new of a definition that goes', widgets, widget('late')),
  get('only the held one is left', widgets),
  patch('the hold is taken off', `${widgets}/held`, merge, { metadata: { finalizers: null } }),
  get('and the definition is gone', `${definitions}/widgets.lab.example.com`, undefined, 12_000),
]
