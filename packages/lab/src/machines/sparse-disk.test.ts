import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDisk } from './sparse-disk.ts'

const KiB = 1024

test('what was never written reads as zeros and takes no space', () => {
  const disk = createDisk(2 ** 40)
  expect(disk.read(2 ** 39, 8)).toEqual(new Uint8Array(8))
  expect(disk.allocated).toBe(0)
})

test('bytes written across a page border are read back', () => {
  const disk = createDisk(1024 * KiB)
  disk.write(64 * KiB - 2, Uint8Array.of(1, 2, 3, 4))
  expect(disk.read(64 * KiB - 3, 6)).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 0))
  expect(disk.allocated).toBe(128 * KiB)
})

test('reading or writing past the end is refused', () => {
  const disk = createDisk(10)
  expect(() => disk.read(8, 3)).toThrow(RangeError)
  expect(() => disk.write(8, new Uint8Array(3))).toThrow(RangeError)
})

test('discarding a whole page frees it; a part of one reads as zeros', () => {
  const disk = createDisk(256 * KiB)
  disk.write(0, new Uint8Array(128 * KiB).fill(7))
  disk.discard(32 * KiB, 96 * KiB)
  expect(disk.allocated).toBe(64 * KiB)
  expect(disk.read(32 * KiB - 1, 2)).toEqual(Uint8Array.of(7, 0))
})

test('a refused allocation leaves the disk as it was', () => {
  const disk = createDisk(256 * KiB)
  disk.onAllocate = () => {
    throw new Error('pool full')
  }
  expect(() => disk.write(0, Uint8Array.of(1))).toThrow('pool full')
  expect(disk.allocated).toBe(0)
  expect(disk.read(0, 1)).toEqual(Uint8Array.of(0))
})

test('a disk and its copies behave as independent arrays of bytes, whatever is done to them', () => {
  const size = 200 * KiB
  const operation = fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('write', 'discard', 'copy', 'resize'),
    offset: fc.nat(size - 1),
    length: fc.nat(70 * KiB),
    byte: fc.integer({ min: 1, max: 255 }),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
      const pairs = [{ disk: createDisk(size), model: new Uint8Array(size) }]
      for (const { who, what, offset, length, byte } of operations) {
        const pair = pairs[who % pairs.length]!
        const start = Math.min(offset, pair.disk.size)
        const end = Math.min(start + length, pair.disk.size)
        if (what === 'write') {
          pair.disk.write(start, new Uint8Array(end - start).fill(byte))
          pair.model.fill(byte, start, end)
        } else if (what === 'discard') {
          pair.disk.discard(start, end - start)
          pair.model.fill(0, start, end)
        } else if (what === 'resize') {
          pair.disk.resize(offset)
          const model = new Uint8Array(offset)
          model.set(pair.model.subarray(0, offset))
          pair.model = model
        } else {
          pairs.push({ disk: pair.disk.copy(), model: pair.model.slice() })
        }
      }
      for (const { disk, model } of pairs) expect(Buffer.compare(disk.read(0, disk.size), model)).toBe(0)
    }),
    { numRuns: 60 },
  )
})
