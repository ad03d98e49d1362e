import { died } from '../schema/failure.ts'

export type StorageType = 'zfspool' | 'lvmthin' | 'dir' | 'nfs' | 'rbd'

export interface VolumeName {
  /** The VMID in the name: its owner, whoever uses it. */
  readonly owner: number
  readonly format: string
}

/** How one plugin of pve-storage names, places and refuses. */
export interface StorageKind {
  readonly defaultFormat: string
  readonly formats: readonly string[]
  /** Space is taken when it is written rather than when the disk is made. */
  readonly thin: boolean
  readonly alwaysShared: boolean
  /** The kernel refuses to remove a disk that a VM holds open; for files nothing does. */
  readonly busyWhenOpen: boolean
  /** Bytes; a new size is rounded up to a multiple. */
  readonly granularity: number
  /** Dies when the name is not one of this plugin's. */
  parse(name: string): VolumeName
  /** The volume name that an allocation of `file` gives; dies when it is not allowed. */
  allocate(vmid: number, file: string, format: string, place: string): string
  path(place: string, name: string): string
  readonly texts: {
    exists(place: string, name: string): string
    missing(place: string, name: string): string
    busy(place: string, name: string): string
    full(place: string, name: string): string
  }
}

const MiB = 1024 * 1024

/** Names of block plugins: `vm-9999-pvc-x`, `base-100-disk-0/vm-101-disk-0` on zfs. */
const blockName = /^(?:base-\d+-\S+\/)?(vm|base)-(\d+)-\S+$/

function blockKind(what: string, overrides: Pick<StorageKind, 'thin' | 'alwaysShared' | 'granularity' | 'path' | 'texts'>): StorageKind {
  return {
    defaultFormat: 'raw',
    formats: ['raw'],
    busyWhenOpen: true,
    ...overrides,
    parse(name) {
      const owner = blockName.exec(name)?.[2]
      if (owner === undefined) throw died(`unable to parse ${what} volume name '${name}'`)
      return { owner: Number(owner), format: 'raw' }
    },
    allocate(vmid, file, format) {
      if (format !== 'raw') throw died(`unsupported format '${format}'`)
      if (!file.startsWith(`vm-${vmid}-`)) throw died(`illegal name '${file}' - should be 'vm-${vmid}-*'`)
      return file
    },
  }
}

const zfspool = blockKind('zfs', {
  thin: false,
  alwaysShared: false,
  granularity: MiB,
  path: (place, name) => `/dev/zvol/${place}/${name}`,
  texts: {
    exists: (place, name) => `zfs error: cannot create '${place}/${name}': dataset already exists`,
    missing: (place, name) => `zfs error: cannot open '${place}/${name}': dataset does not exist`,
    busy: (place, name) => `zfs error: cannot destroy '${place}/${name}': dataset is busy`,
    full: (place, name) => `zfs error: cannot create '${place}/${name}': out of space`,
  },
})

const lvmthin = blockKind('lvm', {
  thin: true,
  alwaysShared: false,
  granularity: 4 * MiB,
  path: (place, name) => `/dev/${place}/${name}`,
  texts: {
    exists: (place, name) => `lvcreate '${place}/${name}' error:   Logical Volume "${name}" already exists in volume group "${place}"`,
    missing: (place, name) => `no such logical volume ${place}/${name}`,
    busy: (place, name) => `lvremove '${place}/${name}' error:   Logical volume ${place}/${name} in use.`,
    full: (place, name) => `lvcreate '${place}/${name}' error:   Cannot create new thin volume, free space in thin pool ${place}/data reached threshold.`,
  },
})

const rbd = blockKind('rbd', {
  thin: true,
  alwaysShared: true,
  granularity: MiB,
  path: (place, name) => `/dev/rbd-pve/${place}/${name}`,
  texts: {
    exists: (_, name) => `rbd create '${name}' error: rbd: create error: (17) File exists`,
    missing: (_, name) => `rbd error: rbd: error opening image ${name}: (2) No such file or directory`,
    busy: (_, name) => `rbd rm '${name}' error: rbd: error: image still has watchers`,
    full: (_, name) => `rbd create '${name}' error: rbd: create error: (28) No space left on device`,
  },
})

const fileName = /^([^/\s]+\.(raw|qcow2|vmdk))$/

const dir: StorageKind = {
  defaultFormat: 'raw',
  formats: ['raw', 'qcow2', 'vmdk'],
  thin: true,
  alwaysShared: false,
  busyWhenOpen: false,
  granularity: 1024,
  parse(name) {
    const [, owner, file] = /^(\d+)\/(.+)$/.exec(name) ?? []
    if (owner === undefined || file === undefined) throw died(`unable to parse directory volume name '${name}'`)
    return { owner: Number(owner), format: fileFormat(file) }
  },
  allocate(vmid, file, format) {
    const written = fileFormat(file)
    if (written !== format) throw died(`illegal name '${file}' - wrong extension for format ('${written}' != '${format}')`)
    return `${vmid}/${file}`
  },
  path: (place, name) => `${place}/images/${name}`,
  texts: {
    exists: (place, name) => `disk image '${place}/images/${name}' already exists`,
    missing: (place, name) => `volume_size_info on '${place}/images/${name}' failed - file does not exist`,
    busy: (_, name) => `disk image '${name}' is busy`,
    full: (place, name) => `unable to create image: qemu-img: ${place}/images/${name}: No space left on device`,
  },
}

function fileFormat(file: string): string {
  const format = fileName.exec(file)?.[2]
  if (format === undefined) throw died(`unable to parse volume filename '${file}'`)
  return format
}

export const storageKinds: Readonly<Record<StorageType, StorageKind>> = { zfspool, lvmthin, dir, nfs: { ...dir, alwaysShared: true }, rbd }
