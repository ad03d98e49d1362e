import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { Random } from '../random.ts'
import { pickFrom, suffixFrom } from '../random-draws.ts'

/** The system's randomness. It has no seed, so a fork is as good as the whole. */
export function realRandom(): Random {
  const random: Random = {
    next: () => randomInt(2 ** 47) / 2 ** 47,
    integer: (bound) => (bound <= 1 ? 0 : randomInt(bound)),
    bytes: (length) => new Uint8Array(randomBytes(length)),
    uuid: () => randomUUID(),
    suffix: (length) => suffixFrom(random, length),
    pick: (items) => pickFrom(random, items),
    fork: () => random,
  }
  return random
}
