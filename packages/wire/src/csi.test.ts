import * as fc from 'fast-check'
import protobuf from 'protobufjs/light.js'
import { expect, test } from 'vitest'
import { StorageError } from '@stowage/core'
import { decode, encode, methods, secretFields, withoutSecrets } from './csi.ts'
import type { WireSchema } from './message-schema.ts'
import * as registration from './registration.ts'
import schema from './data/csi.json' with { type: 'json' }

/** protobufjs' own reflection over the same table: a second opinion on the bytes. */
const wire: WireSchema = schema
const googleTypes = {
  BoolValue: { fields: { value: { id: 1, type: 'bool' } } },
  Int64Value: { fields: { value: { id: 1, type: 'int64' } } },
  Timestamp: { fields: { seconds: { id: 1, type: 'int64' }, nanos: { id: 2, type: 'int32' } } },
}
const flat = (name: string): string => (name.startsWith('google.') ? name : name.replaceAll('.', '_'))
const root = protobuf.Root.fromJSON({
  options: { syntax: 'proto3' },
  nested: {
    google: { nested: { protobuf: { nested: googleTypes } } },
    ...Object.fromEntries(Object.entries(wire.enums).map(([name, values]) => [flat(name), { values }])),
    ...Object.fromEntries(
      Object.entries(wire.messages).map(([name, { fields }]) => [
        flat(name),
        {
          fields: Object.fromEntries(
            Object.entries(fields).map(([field, { number, type, map, repeated }]) => [
              field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
              { id: number, type: map ? 'string' : flat(type ?? ''), ...(map ? { keyType: 'string' } : {}), ...(repeated ? { rule: 'repeated' } : {}) },
            ]),
          ),
        },
      ]),
    ),
  },
})
const reflected = (name: string): protobuf.Type => root.lookupType(flat(name))

const createVolume = {
  name: 'pvc-1',
  capacityRange: { requiredBytes: 20 * 2 ** 30, limitBytes: 0 },
  volumeCapabilities: [{ mount: { fsType: 'ext4', mountFlags: ['noatime'], volumeMountGroup: '' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } }],
  parameters: { storage: 'local-zfs', ssd: 'true' },
  secrets: { password: 'hunter2' },
  accessibilityRequirements: { requisite: [{ segments: { 'topology.kubernetes.io/zone': 'n1' } }], preferred: [] },
  mutableParameters: {},
} as const

test('a message survives the wire', () => {
  expect(decode('CreateVolumeRequest', encode('CreateVolumeRequest', createVolume))).toEqual(createVolume)
})

test('protobufjs reads what we write and we read what it writes', () => {
  const bytes = encode('CreateVolumeRequest', createVolume)
  const type = reflected('CreateVolumeRequest')
  expect(type.toObject(type.decode(bytes), { enums: String, longs: Number })).toMatchObject({ name: 'pvc-1', parameters: createVolume.parameters })
  expect(decode('CreateVolumeRequest', type.encode(type.fromObject(createVolume)).finish())).toEqual(createVolume)
})

test('what is missing is its default: lists, maps and scalars are there, messages are not', () => {
  expect(decode('CreateVolumeRequest', new Uint8Array())).toEqual({ name: '', volumeCapabilities: [], parameters: {}, secrets: {}, mutableParameters: {} })
  expect(decode('VolumeCapability', new Uint8Array())).toEqual({})
  expect(decode('VolumeUsage', new Uint8Array()).unit).toBe('UNKNOWN')
})

test('an empty member of a oneof is there', () => {
  const message = decode('VolumeCapability', encode('VolumeCapability', { block: {}, accessMode: {} }))
  expect(message).toEqual({ block: {}, accessMode: { mode: 'UNKNOWN' } })
})

test('two members of a oneof are refused, and the last one read wins', () => {
  expect(() => encode('VolumeCapability', { block: {}, mount: {} })).toThrow(/one of block and mount/)
  const both = Buffer.concat([encode('VolumeCapability', { block: {} }), encode('VolumeCapability', { mount: {} })])
  expect(Object.keys(decode('VolumeCapability', both))).toEqual(['mount'])
})

test('wrappers are values or undefined', () => {
  expect(decode('ProbeResponse', encode('ProbeResponse', { ready: false }))).toEqual({ ready: false })
  expect(decode('ProbeResponse', encode('ProbeResponse', {})).ready).toBeUndefined()
  expect(decode('GetCapacityResponse', encode('GetCapacityResponse', { availableCapacity: 5, maximumVolumeSize: 0 }))).toEqual({ availableCapacity: 5, maximumVolumeSize: 0 })
})

test('a timestamp keeps seconds and nanoseconds', () => {
  const creationTime = { seconds: 1_790_000_000, nanos: 5 }
  expect(decode('Snapshot', encode('Snapshot', { creationTime })).creationTime).toEqual(creationTime)
})

test('an integer that a number cannot hold exactly is refused in both directions', () => {
  expect(() => encode('CapacityRange', { requiredBytes: 2 ** 53 })).toThrow(StorageError)
  const type = reflected('CapacityRange')
  const bytes = type.encode(type.fromObject({ requiredBytes: '9007199254740993' })).finish()
  expect(() => decode('CapacityRange', bytes)).toThrow(StorageError)
})

test('negative integers survive', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (requiredBytes, maxEntries) => {
      expect(decode('CapacityRange', encode('CapacityRange', { requiredBytes })).requiredBytes).toBe(requiredBytes)
      expect(decode('ListVolumesRequest', encode('ListVolumesRequest', { maxEntries })).maxEntries).toBe(maxEntries)
    }),
  )
})

test('maps keep every key, also those that objects inherit', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', 'toString')), fc.string({ unit: 'grapheme' })), (parameters) => {
      const again = decode('CreateVolumeRequest', encode('CreateVolumeRequest', { parameters })).parameters
      expect(Object.entries(again)).toEqual(Object.entries(parameters))
    }),
  )
})

test('bytes that are no message are refused as invalid, never otherwise', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decode('CreateVolumeRequest', bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(StorageError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('unknown fields and unknown enum values do no harm', () => {
  const extended = Buffer.concat([encode('NodeGetInfoResponse', { nodeId: 'n1' }), Buffer.from([0x9a, 0x06, 1, 0x61])])
  expect(decode('NodeGetInfoResponse', extended).nodeId).toBe('n1')
  expect(decode('VolumeCapability.AccessMode', Buffer.from([8, 99])).mode).toBe('UNKNOWN')
})

test('a field that the message does not have is refused', () => {
  const misspelt: object = { volumeID: 'x' }
  expect(() => encode('DeleteVolumeRequest', misspelt)).toThrow(/DeleteVolumeRequest.volumeID/)
})

test('an error about a secret does not hold the secret', () => {
  const wrong: object = { secrets: { password: { nested: 'hunter2' } } }
  expect(() => encode('CreateVolumeRequest', wrong)).toThrow(/^(?!.*hunter2)/)
})

test('secret fields are known and stripped, others stay', () => {
  expect(secretFields).toContain('NodeStageVolumeRequest.secrets')
  expect(withoutSecrets('CreateVolumeRequest', createVolume)).toEqual({ ...createVolume, secrets: '«redacted»' })
  expect(JSON.stringify(withoutSecrets('CreateVolumeRequest', createVolume))).not.toContain('hunter2')
})

test('every call of the specification is in the table', () => {
  expect(methods['/csi.v1.Controller/CreateVolume']).toEqual({ request: 'CreateVolumeRequest', response: 'CreateVolumeResponse' })
  for (const { request, response } of Object.values(methods)) {
    expect(decode(request, encode(request, {}))).toBeTypeOf('object')
    expect(decode(response, encode(response, {}))).toBeTypeOf('object')
  }
})

test("the kubelet's registration messages survive the wire", () => {
  const info = { type: 'CSIPlugin', name: 'local.csi.stowage.dev', endpoint: '/csi.sock', supportedVersions: ['1.0.0'] }
  expect(registration.decode('PluginInfo', registration.encode('PluginInfo', info))).toEqual(info)
  expect(Object.keys(registration.methods)).toEqual(['/pluginregistration.Registration/GetInfo', '/pluginregistration.Registration/NotifyRegistrationStatus'])
})
