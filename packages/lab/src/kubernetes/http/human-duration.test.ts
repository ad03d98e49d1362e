import { expect, test } from 'vitest'
import { humanDuration } from './human-duration.ts'

const second = 1000
const hour = 3600 * second
const day = 24 * hour

test.each([
  [-5 * second, '<invalid>'], [0, '0s'], [119 * second, '119s'], [120 * second, '2m'], [125 * second, '2m5s'], [11 * 60 * second, '11m'], [179 * 60 * second, '179m'],
  [3 * hour, '3h'], [3.5 * hour, '3h30m'], [9.5 * hour, '9h'], [47 * hour, '47h'], [49 * hour, '2d1h'], [9 * day, '9d'], [800 * day, '2y70d'], [3000 * day, '8y'],
])('%i ms is %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text)
})
