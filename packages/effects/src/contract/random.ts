import { describe, expect, test } from 'vitest'
import type { Random } from '../random.ts'

export function randomContract(name: string, make: () => Random): void {
  describe(`random: ${name}`, () => {
    test('numbers are uniform in [0, 1) and integers below their bound', () => {
      const random = make()
      const draws = Array.from({ length: 10_000 }, () => random.next())
      expect(draws.every((value) => value >= 0 && value < 1)).toBe(true)
      const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.03)
      const seen = new Set(Array.from({ length: 1_000 }, () => random.integer(6)))
      expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5])
      expect(random.integer(1)).toBe(0)
    })

    test('UUIDs are of version 4 and do not repeat', () => {
      const random = make()
      const uuids = Array.from({ length: 1_000 }, () => random.uuid())
      expect(new Set(uuids).size).toBe(1_000)
      for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    })

    test('suffixes use the alphabet of Kubernetes', () => {
      expect(make().suffix(200)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{200}$/)
    })

    test('bytes have the length asked for, and a pick comes from its list', () => {
      const random = make()
      expect(random.bytes(33)).toHaveLength(33)
      expect(['a', 'b']).toContain(random.pick(['a', 'b']))
      expect(() => random.pick([])).toThrow()
    })

    test('two forks under one name do not repeat each other', () => {
      const random = make()
      expect(random.fork('uid').uuid()).not.toBe(random.fork('uid').uuid())
    })
  })
}
