export interface MountFlags {
  readonly readOnly?: boolean
  readonly nosuid?: boolean
  readonly nodev?: boolean
  readonly noexec?: boolean
  readonly noatime?: boolean
  readonly nodiratime?: boolean
  readonly strictatime?: boolean
}

export interface MountOptions {
  readonly bind: boolean
  readonly remount: boolean
  /** Only what was said. */
  readonly flags: MountFlags
  /** For the filesystem itself. */
  readonly own: readonly string[]
}

const flagWords: Readonly<Record<string, MountFlags>> = {
  ro: { readOnly: true },
  rw: { readOnly: false },
  nosuid: { nosuid: true },
  suid: { nosuid: false },
  nodev: { nodev: true },
  dev: { nodev: false },
  noexec: { noexec: true },
  exec: { noexec: false },
  noatime: { noatime: true, strictatime: false },
  atime: { noatime: false },
  relatime: { noatime: false, strictatime: false },
  strictatime: { strictatime: true, noatime: false },
  nodiratime: { nodiratime: true },
  diratime: { nodiratime: false },
}

/** Words for mount(8) itself, which never reach the kernel. */
const userSpace = /^(defaults|auto|noauto|nofail|_netdev|user|nouser|users|async|sync|dirsync|x-.*|comment=.*)$/

export function parseMountOptions(text: string): MountOptions {
  const words = text.split(',').filter((word) => word !== '')
  const flags = words.reduce<MountFlags>((sum, word) => ({ ...sum, ...flagWords[word] }), {})
  const bind = words.includes('bind') || words.includes('rbind')
  const remount = words.includes('remount')
  const own = words.filter((word) => flagWords[word] === undefined && !userSpace.test(word) && !['bind', 'rbind', 'remount'].includes(word))
  return { bind, remount, flags, own }
}
