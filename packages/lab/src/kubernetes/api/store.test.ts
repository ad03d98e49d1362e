import { expect, test } from 'vitest'
import type { Clock, Random } from '@stowage/effects'
import type { KubeObject } from './api.ts'
import { createStore } from './store.ts'

/** A clock that a test turns by hand, and a source of chance that only counts. */
export function handClock(startMs = Date.UTC(2026, 0, 1)): Clock & { advance(ms: number): void } {
  let now = 0
  let waiting: { at: number; callback: () => void }[] = []
  const clock = {
    now: () => startMs + now,
    monotonic: () => now,
    after: (ms: number, callback: () => void) => {
      const entry = { at: now + ms, callback }
      waiting.push(entry)
      return () => { waiting = waiting.filter(each => each !== entry) }
    },
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
    advance: (ms: number) => {
      const until = now + ms
      for (;;) {
        const next = waiting.toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined || next.at > until) break
        waiting = waiting.filter(each => each !== next)
        now = Math.max(now, next.at)
        next.callback()
      }
      now = until
    },
  }
  return clock
}

export function countingRandom(): Random {
  let count = 0
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  const random: Random = {
    next: () => ((count += 1) % 97) / 97,
    integer: bound => (count += 1) % bound,
    bytes: length => new Uint8Array(length),
    uuid: () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`,
    suffix: length => Array.from({ length }, () => alphabet[(count += 1) % alphabet.length]).join(''),
    pick: items => items[(count += 1) % items.length] ?? items[0]!,
    fork: () => countingRandom(),
  }
  return random
}

test('a watcher sees what is there and then each change, in order', () => {
  const clock = handClock()
  const api = createStore({ clock, random: countingRandom() }).client('test')
  const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
  api.create('nodes', node('a'))
  const seen: string[] = []
  api.watch('nodes', {}, event => seen.push(`${event.type} ${event.object.metadata.name}`))
  api.create('nodes', node('b'))
  api.patch('nodes', 'a', undefined, 'application/merge-patch+json', { metadata: { labels: { x: 'y' } } })
  api.delete('nodes', 'b')
  expect(seen).toEqual([])
  clock.advance(100)
  expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b'])
})

test('an update with an old resourceVersion is refused in the words of the real server', () => {
  const api = createStore({ clock: handClock(), random: countingRandom() }).client('test')
  const first = api.create<KubeObject>('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } })
  api.update('nodes', { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } })
  expect(() => api.update('nodes', { ...first, metadata: { ...first.metadata, labels: { c: 'd' } } })).toThrow(
    'Operation cannot be fulfilled on nodes "a": the object has been modified; please apply your changes to the latest version and try again',
  )
})
