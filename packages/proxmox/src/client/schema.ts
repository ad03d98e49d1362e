/** What the calls that we use answer, as far as we use it. Built when a client first needs it, since zod's schemas cost start-up time. */
import { Size } from '@stowage/core'
import * as z from 'zod'

export type Schemas = ReturnType<typeof buildSchemas>

export function buildSchemas() {
  const digits = z.string().regex(/^\d+(\.\d+)?$/)
  const number = z.union([z.number(), digits.transform(Number)])
  const size = number.transform((bytes) => Size.bytes(Math.trunc(bytes)))
  const flag = z.union([z.boolean(), z.literal(0).transform(() => false), z.literal(1).transform(() => true), z.literal('0').transform(() => false), z.literal('1').transform(() => true)])
  const text = z.union([z.string(), z.number().transform(String), z.boolean().transform((value) => (value ? '1' : '0'))])
  const storage = { type: z.string(), content: z.string(), active: flag.optional(), enabled: flag.optional(), shared: flag.optional(), avail: size.optional(), total: size.optional(), used: size.optional() }
  return {
    version: z.object({ version: z.string(), release: z.string() }),
    nodes: z.array(z.object({ node: z.string(), status: z.enum(['unknown', 'online', 'offline']) })),
    vms: z.array(z.object({ type: z.enum(['qemu', 'lxc']), vmid: number, node: z.string(), name: z.string().optional(), status: z.string().optional(), template: flag.optional(), lock: z.string().optional() })),
    storageStatus: z.object(storage),
    storages: z.array(z.object({ storage: z.string(), ...storage })),
    content: z.array(z.object({ volid: z.string(), size, format: z.string(), vmid: number.optional() })),
    volume: z.object({ size, format: z.string() }),
    volid: z.string(),
    upid: z.string(),
    optionalUpid: z.string().nullish(),
    config: z.record(z.string(), z.unknown()),
    pending: z.array(z.object({ key: z.string(), value: text.optional(), pending: text.optional(), delete: number.optional() })),
    task: z.object({ status: z.enum(['running', 'stopped']), exitstatus: z.string().optional(), type: z.string().optional(), id: z.string().nullish() }),
    tasks: z.array(z.object({ upid: z.string(), type: z.string(), id: z.string().nullish(), status: z.string().nullish(), endtime: number.optional() })),
    permissions: z.record(z.string(), z.record(z.string(), flag)),
  }
}
