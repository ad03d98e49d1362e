/** Quotas and limits of storage. The controller that counts is not there: what it would write into the status is written by the list itself. */
import type { OracleRequest } from './exchange.ts'
import { apply, del, get, merge, patch, post, table } from './request.ts'

const ns = '/api/v1/namespaces/quota'
const claims = `${ns}/persistentvolumeclaims`
const quotas = `${ns}/resourcequotas`
const limited = '/api/v1/namespaces/limited'

const claim = (name: string, storage: string, spec: object = {}): object => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage } }, ...spec },
})
const quota = (name: string, hard: object, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard }, ...rest })
const limitRange = (name: string, items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits: items } })
const ofClaims = (bounds: object): object => ({ type: 'PersistentVolumeClaim', ...bounds })

const hard = { 'requests.storage': '10Gi', persistentvolumeclaims: '3', 'fast.storageclass.storage.k8s.io/requests.storage': '4Gi', 'slow.storageclass.storage.k8s.io/persistentvolumeclaims': '0' }
const none = { 'requests.storage': '0', persistentvolumeclaims: '0', 'fast.storageclass.storage.k8s.io/requests.storage': '0', 'slow.storageclass.storage.k8s.io/persistentvolumeclaims': '0' }

export const quotaRequests: readonly OracleRequest[] = [
  post('a namespace with a quota', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'quota' } }),
  post('a quota', quotas, quota('storage', hard)),
  post('a quota of what is no quantity', quotas, quota('bad', { 'requests.storage': 'much' })),
  post('a quota below zero', quotas, quota('bad', { 'requests.storage': '-1' })),
  post('a quota of a fraction of a claim', quotas, quota('bad', { persistentvolumeclaims: '1500m' })),
  post('a quota of an unknown resource', quotas, quota('bad', { disks: '1' })),
  get('a quota that nobody counted yet', `${quotas}/storage`),
  post('a claim before anything was counted', claims, claim('early', '1Gi'), 1500),
  patch('the controller counts', `${quotas}/storage/status`, merge, { status: { hard, used: none } }),
  get('quotas as a table', quotas, table),
  post('a claim within the quota', claims, claim('a', '3Gi'), 1500),
  get('what it used', `${quotas}/storage`),
  post('a claim beyond the quota of its class', claims, claim('b', '2Gi')),
  post('a claim beyond every quota', claims, claim('b', '20Gi')),
  post('a claim of a class that may have none', claims, claim('b', '1Gi', { storageClassName: 'slow' })),
  post('a claim of a class without a quota of its own', claims, claim('c', '6Gi', { storageClassName: 'other' })),
  post('a claim beyond the quota of all', claims, claim('d', '2Gi', { storageClassName: 'other' })),
  post('a third claim', claims, claim('e', '1Gi', { storageClassName: 'other' })),
  post('a fourth claim', claims, claim('f', '0', { storageClassName: 'other' })),
  post('a claim beyond the number alone', claims, claim('f', '1Mi', { storageClassName: 'other' })),
  patch('a claim beyond the quota, applied', `${claims}/g?fieldManager=stowage`, apply, claim('g', '5Gi')),
  patch('a dry run counts nothing', `${claims}/g?fieldManager=stowage&dryRun=All`, apply, claim('g', '5Gi')),
  get('what is used now', `${quotas}/storage`),
  get('quotas with use as a table', quotas, table),
  del('a quota is deleted', `${quotas}/storage`),
  post('without a quota nothing is refused', claims, claim('h', '1Ti'), 1500),

  post('a namespace with limits', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'limited' } }),
  post('limits of claims', `${limited}/limitranges`, limitRange('storage', [ofClaims({ min: { storage: '1Gi' }, max: { storage: '10Gi' } })])),
  post('limits whose least is above the most', `${limited}/limitranges`, limitRange('bad', [ofClaims({ min: { storage: '2Gi' }, max: { storage: '1Gi' } })])),
  post('limits without either', `${limited}/limitranges`, limitRange('bad', [ofClaims({})])),
  post('limits of claims without storage', `${limited}/limitranges`, limitRange('bad', [ofClaims({ max: { cpu: '1' } })])),
  post('limits with a default for claims', `${limited}/limitranges`, limitRange('bad', [ofClaims({ max: { storage: '1Gi' }, default: { storage: '1Gi' } })])),
  post('limits twice of one kind', `${limited}/limitranges`, limitRange('bad', [ofClaims({ max: { storage: '1Gi' } }), ofClaims({ max: { storage: '2Gi' } })])),
  del('limits that nobody wants', `${limited}/limitranges/bad`),
  get('limits as a table', `${limited}/limitranges`, table),
  post('a claim within limits', `${limited}/persistentvolumeclaims`, claim('a', '5Gi'), 1500),
  post('a claim below the least', `${limited}/persistentvolumeclaims`, claim('b', '500Mi')),
  post('a claim above the most', `${limited}/persistentvolumeclaims`, claim('b', '11Gi')),
  patch('a claim outside of limits, applied', `${limited}/persistentvolumeclaims/b?fieldManager=stowage`, apply, claim('b', '500Mi')),
  patch('limits are changed', `${limited}/limitranges/storage`, merge, { spec: { limits: [ofClaims({ max: { storage: '20Gi' } })] } }),
]
