import type { Random } from './random.ts'

/** Kubernetes' alphabet for generated name suffixes: no vowels, none of 0, 1, 3 (k8s.io/apimachinery/pkg/util/rand). */
export const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** RFC 4122 version 4 from 16 bytes. */
export function uuidFrom(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte, index) => {
    const fixed = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte
    return fixed.toString(16).padStart(2, '0')
  })
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)].map((part) => part.join('')).join('-')
}

export function suffixFrom(random: Pick<Random, 'integer'>, length: number): string {
  return Array.from({ length }, () => suffixAlphabet.charAt(random.integer(suffixAlphabet.length))).join('')
}

export function pickFrom<T>(random: Pick<Random, 'integer'>, items: readonly T[]): T {
  const index = random.integer(items.length)
  for (const chosen of items.slice(index, index + 1)) return chosen
  throw new RangeError('cannot pick from an empty list')
}
