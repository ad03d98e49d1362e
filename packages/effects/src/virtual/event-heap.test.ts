import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventHeap } from './event-heap.ts'

test('events leave the heap by time, then tie, then the order they came in', () => {
  const event = fc.record({ at: fc.nat(20), tie: fc.nat(3), pops: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (entries) => {
      const heap = new EventHeap()
      for (const [sequence, { at, tie }] of entries.entries()) heap.push({ at, tie, sequence, run: undefined })
      const left = Array.from({ length: heap.size }, () => heap.pop())
      const order = left.map((item) => [item?.at ?? 0, item?.tie ?? 0, item?.sequence ?? 0] as const)
      const sorted = order.toSorted((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
      expect(order).toEqual(sorted)
      expect(heap.pop()).toBeUndefined()
    }),
  )
})
