/** A location on the storage that it protects is lost together with it. */
import { didYouMean } from '@stowage/core'
import { hostOf } from '../../spec/velero-providers.ts'
import { backendsOf, classesOf, fault, type Check, type Fault, type Subject } from '../check.ts'
import { locationsOf, ofVelero, veleroPath } from './subject.ts'

export const locationsLiveElsewhere: Check = ofVelero((velero, subject) =>
  locationsOf(velero).flatMap(([name, { livesOn, config = {} }]): readonly Fault[] => {
    const path = [...veleroPath, 'locations', name]
    const url = config['s3Url']
    if (livesOn !== undefined) return declared(subject, name, livesOn, [...path, 'livesOn'])
    if (url === undefined) return []
    const host = hostOf(url)
    if (host === undefined || !/^https?:\/\//.test(url)) return [fault('invalid-store-url', [...path, 'config', 's3Url'], `s3Url of location ${name} is not a URL`, 'write e.g. https://s3.example:9000')]
    const owner = ownerOf(subject, host)
    return owner === undefined ? [] : [itself(name, [...path, 'config', 's3Url'], owner)]
  }),
)

/** Where the plugins of Azure and GCP take the address of a store that speaks their language. */
const otherAddresses = ['storageAccountURI', 'storeEndpoint'] as const

export const otherStoresLiveElsewhere: Check = ofVelero((velero, subject) =>
  locationsOf(velero).flatMap(([name, { livesOn, config = {} }]) =>
    otherAddresses.flatMap((key): readonly Fault[] => {
      const host = hostOf(config[key])
      const owner = host === undefined || livesOn !== undefined ? undefined : ownerOf(subject, host)
      return owner === undefined ? [] : [itself(name, [...veleroPath, 'locations', name, 'config', key], owner)]
    }),
  ),
)

function declared(subject: Subject, name: string, backend: string, path: readonly (string | number)[]): readonly Fault[] {
  const names = backendsOf(subject).map(([one]) => one)
  if (!names.includes(backend)) return [fault('unknown-backend', path, `location ${name} names the backend ${JSON.stringify(backend)}, which is not declared`, didYouMean(backend, names))]
  const protectedClasses = classesOf(subject).filter(([, one]) => one.backend === backend).map(([one]) => one)
  return protectedClasses.length === 0 ? [] : [itself(name, path, `on backend ${backend}, whose volumes (${protectedClasses.join(', ')}) it protects`)]
}

function itself(name: string, path: readonly (string | number)[], where: string): Fault {
  return { ...fault('location-on-itself', path, `location ${name} lives ${where}; the backups would be lost together with what they are of`, 'use an object store that stands outside of this cluster and its storage'), object: `location/${name}` }
}

/** Whose host it is, as far as the declaration tells. */
function ownerOf(subject: Subject, host: string): string | undefined {
  if (/(?:^|\.)rook-ceph-rgw-/.test(host)) return 'in the Ceph cluster that it protects: its address is Rook’s object gateway'
  if (/\.svc(?:\.[a-z0-9.-]+)?$|\.cluster\.local$/.test(host) || (!host.includes('.') && !host.includes(':'))) return 'in the cluster that it protects: its address is that of a Service'
  if (/^(?:localhost|127\.|0\.0\.0\.0$|\[::1?\]$|\[::ffff:7f)/.test(host)) return 'in Velero’s own pod'
  for (const [name, { nfs, proxmox, ceph }] of backendsOf(subject)) {
    if (nfs?.server !== undefined && sameHost(nfs.server, host)) return `on the NFS server of backend ${name}, which it protects`
    if (proxmox?.endpoints?.some((endpoint) => hostOf(endpoint) === host) === true) return `on a Proxmox host of backend ${name}, which it protects`
    if (ceph?.monitors?.some((monitor) => monitor !== undefined && sameHost(monitor.replace(/:\d+$/, ''), host)) === true) return `on a monitor’s host of backend ${name}, which it protects`
  }
  return undefined
}

/** An address is written with and without brackets, a name in any case. */
function sameHost(one: string, other: string): boolean {
  const plain = (host: string): string => host.toLowerCase().replaceAll(/[[\]]|\.+$/g, '')
  return plain(one) === plain(other)
}
