import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

test('the check value of CRC-32C holds', () => {
  expect(~crc32c(0xffffffff, new TextEncoder().encode('123456789')) >>> 0).toBe(0xe3069283)
})
