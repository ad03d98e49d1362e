import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Size, sizeFault } from './size.ts'
import { StorageError } from './storage-error.ts'

/** Rows of apimachinery's quantity_test.go (TestQuantityParse, TestQuantityString) and of its documentation. */
test.each([
  ['0', '0'],
  ['0Ki', '0'],
  ['-0', '0'],
  ['1024', '1024'],
  ['1024Ki', '1Mi'],
  ['1Ki', '1Ki'],
  ['1500', '1500'],
  ['1500m', '1500m'],
  ['1.5', '1500m'],
  ['1.5Gi', '1536Mi'],
  ['.5Gi', '512Mi'],
  ['5.Gi', '5Gi'],
  ['0.5Ki', '512'],
  ['0.0001Ki', '102400u'],
  ['+1Gi', '1Gi'],
  ['-1Gi', '-1Gi'],
  ['-1.5Ki', '-1536'],
  ['10000M', '10G'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['1e+3', '1e3'],
  ['1000e3', '1e6'],
  ['1.5e4', '15e3'],
  ['1e-3', '1e-3'],
  ['100e-5', '1e-3'],
  ['1E', '1E'],
  ['1Ei', '1Ei'],
  ['100n', '100n'],
  ['0.1n', '1n'],
  ['-0.1n', '-1n'],
  ['1.0000000001k', '1000000000100n'],
  ['12345678901234567890', '12345678901234567890'],
  ['9Ei', '9223372036854775807'],
  ['1023Mi', '1023Mi'],
  ['1000Ki', '1000Ki'],
  ['00042', '42'],
])('%s is printed as %s', (text, canonical) => {
  expect(Size.parse(text).toString()).toBe(canonical)
})

test.each(['', ' ', '1 Gi', 'Gi', '.', '+', '1.2.3', '1K', '1gi', '1GB', '10GiB', '1e', '1e1.5', '--1', '1Mi2', '0x10', 'Infinity', '1e9999'])(
  '%j is refused',
  (text) => {
    expect(Size.tryParse(text)).toBeUndefined()
    expect(() => Size.parse(text)).toThrow(StorageError)
  },
)

test('a fraction of a byte is rounded up to a whole one, away from zero', () => {
  expect(Size.parse('1500m').bytes).toBe(2n)
  expect(Size.parse('1n').bytes).toBe(1n)
  expect(Size.parse('-1500m').bytes).toBe(-2n)
  expect(Size.parse('1.5Ki').bytes).toBe(1536n)
})

test('a refused unit is answered with what to write', () => {
  expect(sizeFault('10GB')).toContain('10Gi (binary) or 10G (decimal)')
  expect(sizeFault('10kb')).toContain('10Ki (binary) or 10k (decimal)')
  expect(sizeFault('10 bytes')).toContain('write 10 for bytes')
  expect(sizeFault('big')).toContain('e.g. 10Gi')
})

test('sizes in bytes print in binary units where they are whole', () => {
  expect(Size.gib(10).toString()).toBe('10Gi')
  expect(Size.mib(512).toString()).toBe('512Mi')
  expect(Size.tib(1).toString()).toBe('1Ti')
  expect(Size.kib(1).bytes).toBe(1024n)
  expect(Size.bytes(1_000_000).toString()).toBe('1000000')
  expect(JSON.stringify({ size: Size.gib(1) })).toBe('{"size":"1Gi"}')
})

test('rounding up goes to the next multiple', () => {
  expect(Size.parse('1G').roundUpTo(Size.mib(512)).bytes).toBe(1_073_741_824n)
  expect(Size.gib(1).roundUpTo(Size.mib(512)).toString()).toBe('1Gi')
  expect(Size.bytes(1).roundUpTo(Size.kib(1)).bytes).toBe(1024n)
  expect(() => Size.gib(1).roundUpTo(Size.zero)).toThrow(StorageError)
})

test('a number that is not exact is refused in both directions', () => {
  expect(() => Size.bytes(2 ** 53)).toThrow(StorageError)
  expect(() => Size.bytes(1.5)).toThrow(StorageError)
  expect(() => Size.bytes(2n ** 60n).toNumber()).toThrow(StorageError)
  expect(Size.bytes(2n ** 60n).bytes).toBe(2n ** 60n)
})

const quantityText = fc
  .tuple(fc.constantFrom('', '+', '-'), fc.bigInt(0n, 10n ** 15n), fc.option(fc.stringMatching(/^\d{1,12}$/), { nil: undefined }), fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'e3', 'E-4', 'e+7'))
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`)

test('canonical form means the same amount and is its own canonical form', () => {
  fc.assert(
    fc.property(quantityText, (text) => {
      const size = Size.parse(text)
      const again = Size.parse(size.toString())
      expect(again.equals(size)).toBe(true)
      expect(again.toString()).toBe(size.toString())
    }),
    { numRuns: 2000 },
  )
})

test('canonical form has no fraction', () => {
  fc.assert(fc.property(quantityText, (text) => {
    expect(Size.parse(text).toString()).toMatch(/^-?\d+([a-zA-Z]|[KMGTPE]i|e-?\d+)?$/)
  }))
})

test('adding is exact and taking away undoes it', () => {
  fc.assert(
    fc.property(quantityText, quantityText, (a, b) => {
      const [left, right] = [Size.parse(a), Size.parse(b)]
      expect(left.plus(right).minus(right).equals(left)).toBe(true)
      expect(left.compare(right) + right.compare(left)).toBe(0)
    }),
  )
})

test('rounding up gives a multiple that is not less and less than one unit away', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), fc.bigInt(1n, 2n ** 40n), (bytes, unit) => {
      const rounded = Size.bytes(bytes).roundUpTo(Size.bytes(unit)).bytes
      expect(rounded % unit).toBe(0n)
      expect(rounded >= bytes && rounded - bytes < unit).toBe(true)
    }),
  )
})
