import { expect, test } from 'vitest'
import { findMethod, findParameter, hasPath, proxmoxMethods } from './proxmox-schema.ts'

test('the whole schema is there', () => {
  expect(proxmoxMethods).toHaveLength(649)
  expect(new Set(proxmoxMethods.map(({ path }) => path)).size).toBe(431)
})

test('a concrete path finds its method and the values in it', () => {
  const found = findMethod('POST', '/nodes/pve1/storage/local-zfs/content')
  expect(found?.schema.path).toBe('/nodes/{node}/storage/{storage}/content')
  expect(found?.pathParameters).toEqual({ node: 'pve1', storage: 'local-zfs' })
  expect(found?.schema.parameters?.properties?.['vmid']).toMatchObject({ type: 'integer', minimum: 100, maximum: 999999999 })
  expect(found?.schema.permissions?.check).toEqual(['perm', '/storage/{storage}', ['Datastore.AllocateSpace']])
})

test('a volume in a path may hold a slash, encoded or not', () => {
  const want = { node: 'n1', storage: 'local', volume: 'local:9999/vm-9999-x.raw' }
  expect(findMethod('DELETE', '/nodes/n1/storage/local/content/local%3A9999%2Fvm-9999-x.raw')?.pathParameters).toEqual(want)
  expect(findMethod('DELETE', '/nodes/n1/storage/local/content/local:9999/vm-9999-x.raw')?.pathParameters).toEqual(want)
})

test('fixed parts win over parameters', () => {
  expect(findMethod('GET', '/cluster/resources')?.schema.path).toBe('/cluster/resources')
  expect(findMethod('GET', '/nodes/{node}/qemu/{vmid}/config')?.schema.path).toBe('/nodes/{node}/qemu/{vmid}/config')
})

test('what Proxmox does not have is not found', () => {
  expect(findMethod('PATCH', '/version')).toBeUndefined()
  expect(findMethod('GET', '/nodes//qemu')).toBeUndefined()
  expect(hasPath('/nodes/n1/qemu/100/status/current')).toBe(true)
  expect(hasPath('/nope')).toBe(false)
})

test('numbered parameters are found, with the members of their texts', () => {
  const config = findMethod('POST', '/nodes/n/qemu/100/config')
  const drive = config && findParameter(config.schema, 'scsi7')
  expect(drive?.format).toMatchObject({ serial: { maxLength: 60 }, wwn: { type: 'string' }, cache: { enum: expect.arrayContaining(['writethrough']) } })
  expect(config && findParameter(config.schema, 'nope7')).toBeUndefined()
  expect(config && findParameter(config.schema, 'description')).toBeDefined()
})

test('descriptions are gone, but parameters of that name are not', () => {
  expect(JSON.stringify(proxmoxMethods)).not.toContain('verbose_description')
  const config = findMethod('PUT', '/nodes/n/qemu/100/config')
  expect(config?.schema.parameters?.properties).toHaveProperty('description')
})
