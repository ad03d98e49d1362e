/**
 * The named string formats of the calls that the lab answers. Each returns Proxmox's own words for what is wrong.
 * Source: PVE::JSONSchema and the register_format calls of pve-storage, pve-access-control and qemu-server 9.1.
 */
export type FormatCheck = (value: string) => string | undefined

const storageId = /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i
const configId = /^[a-z][a-z0-9_-]+$/i
const userId = /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/
const tokenId = /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/
const dnsName = /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/

const matching =
  (pattern: RegExp, complaint: (value: string) => string): FormatCheck =>
  (value) =>
    pattern.test(value) ? undefined : complaint(value)

const volumeId = matching(/^[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]:.+$/, (value) => `unable to parse volume ID '${value}'\n`)

export const formats: Readonly<Record<string, FormatCheck>> = {
  'pve-node': matching(/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/, () => 'value does not look like a valid node name\n'),
  'pve-vmid': matching(/^[1-9][0-9]{2,8}$/, () => 'value does not look like a valid VM ID\n'),
  'pve-storage-id': matching(storageId, (value) => `storage ID '${value}' contains illegal characters\n`),
  'pve-configid': matching(configId, (value) => `invalid configuration ID '${value}'\n`),
  'pve-userid': matching(userId, (value) => `value '${value}' does not look like a valid user name\n`),
  'pve-tokenid': matching(tokenId, () => 'value does not look like a valid API token ID\n'),
  'pve-realm': matching(/^[A-Za-z][A-Za-z0-9.\-_]+$/, () => 'value does not look like a valid realm\n'),
  'pve-groupid': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `group name '${value}' contains invalid characters\n`),
  'pve-roleid': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `role name '${value}' contains invalid characters\n`),
  'pve-priv': matching(/^[A-Za-z]+(\.[A-Za-z]+)+$/, (value) => `invalid privilege '${value}'\n`),
  'pve-storage-content': matching(/^(images|rootdir|vztmpl|iso|backup|snippets|import|none)$/, (value) => `invalid content type '${value}'\n`),
  'pve-volume-id': volumeId,
  'pve-volume-id-or-qm-path': (value) =>
    value === 'none' || value === 'cdrom' || value === 'cloudinit' || value.startsWith('/') || /^[a-zA-Z][\w.-]*:\d+(\.\d+)?$/.test(value)
      ? undefined
      : volumeId(value),
  'pve-volume-id-or-absolute-path': (value) => (value.startsWith('/') ? undefined : volumeId(value)),
  'disk-size': matching(/^(\d+(\.\d+)?)([KMGT])?$/, (value) => `value does not look like a valid disk size: ${value}\n`),
  'dns-name': matching(dnsName, () => 'value does not look like a valid DNS name\n'),
  'email-opt': matching(/^$|^[^\s@]+@[^\s@]+$/, () => 'value does not look like a valid email address\n'),
  'pve-hotplug-features': matching(/^(0|1|(network|disk|cpu|memory|usb|cloudinit)(,(network|disk|cpu|memory|usb|cloudinit))*)$/, (value) => `unable to parse hotplug features '${value}'\n`),
  'pve-qm-smbios1': (value) => smbios(value),
  'pve-qm-boot': matching(/^((legacy=)?[acdn]{1,4}|order=[a-z]+\d+(;[a-z]+\d+)*)?$/, () => 'invalid boot order\n'),
  'pve-qm-bootdisk': matching(/^(ide|sata|scsi|virtio)\d+$/, (value) => `invalid boot disk '${value}'\n`),
  'pve-tag': matching(/^[a-z0-9_][a-z0-9_\-+.]*$/i, () => 'invalid characters in tag\n'),
  'pve-startup-order': matching(/^(order=)?\d+(,(up|down)=\d+)*$/, (value) => `unable to parse startup options: ${value}\n`),
  'pve-task-status-type': matching(/^(ok|error|warning|unknown)$/, (value) => `value '${value}' does not look like a valid task status type\n`),
  urlencoded: matching(/^[-%a-zA-Z0-9_.!~*'()]*$/, () => 'string contains invalid characters\n'),
  'pve-poolid': matching(/^[A-Za-z0-9.\-_/]+$/, (value) => `pool name '${value}' contains invalid characters\n`),
}

/** `x-list` is `x` repeated, split at commas, semicolons, spaces and NULs. */
export function formatNamed(name: string): FormatCheck | undefined {
  const one = formats[name]
  if (one !== undefined) return one
  const item = name.endsWith('-list') ? formats[name.slice(0, -5)] : undefined
  if (item === undefined) return undefined
  return (value) => splitList(value).map(item).find((complaint) => complaint !== undefined)
}

export function splitList(text: string): string[] {
  return text.split(/[,;\s\0]+/).filter((part) => part !== '')
}

function smbios(value: string): string | undefined {
  const keys = ['uuid', 'version', 'serial', 'manufacturer', 'product', 'sku', 'family', 'base64']
  for (const part of value.split(',')) {
    const [key, ...rest] = part.split('=')
    if (key === undefined || !keys.includes(key)) return `invalid key in comma-separated list property: ${key}\n`
    if (key === 'uuid' && !/^[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$/.test(rest.join('='))) {
      return "format error\nuuid: value does not match the regex pattern\n"
    }
  }
  return undefined
}
