/** Devices of which it is not known whether a pool would use them. */
import { atLeast } from './count.ts'
import { countDomains } from './domains.ts'
import type { FactBook } from './fact-book.ts'
import type { Host } from './hosts.ts'
import type { CephModel } from './model.ts'
import { domainsNeeded, questionOf } from './pools.ts'
import { unknown, type Proof } from './proof.ts'
import { deviceName, howToSettle, listed } from './words.ts'

/** Said of a host when a pool asks for a class that its devices may or may not have, and has not enough of it without them. */
export function proveDeviceClasses(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Proof[] {
  const asking = model.pools.filter((pool) => pool.deviceClass !== undefined && !pool.opaque && atLeast(countDomains(hosts, model.anyHost, questionOf(pool, pool.deviceClass), book), domainsNeeded(pool)) !== 'holds')
  return hosts.flatMap((host, index) => {
    const open = host.excluded === false ? host.devices.filter(({ used, classes }) => used !== 'no' && classes.length > 1 && asking.some(({ deviceClass }) => deviceClass !== undefined && classes.includes(deviceClass))) : []
    const path = model.hosts[index]?.path
    if (open.length === 0 || path === undefined) return []
    const classes = [...new Set(open.flatMap((one) => one.classes))]
    const pools = asking.filter(({ deviceClass }) => deviceClass !== undefined && classes.includes(deviceClass))
    const names = listed(open.map(({ device }) => deviceName(device.key)))
    const deciding = open.flatMap((one) => one.deciding.filter((fact) => !fact.endsWith(' osd')))
    const wanted = listed(pools.map(({ name, deviceClass }) => `pool ${name} asks for ${deviceClass ?? ''}`))
    const message = `whether ${names} of ${host.name} ${open.length === 1 ? 'is' : 'are'} ${listed(classes, 'or')} is not known, and ${wanted}`
    const about = { check: 'device-class-unknown', object: `node/${host.name}`, path: [...path, 'devices'], severity: 'error' } as const
    return [unknown(about, message, `${howToSettle(deciding)}; or say what ${open.length === 1 ? 'it counts' : 'they count'} as, with config: {deviceClass: …}`, deciding)]
  })
}
