import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 30_000,
    isolate: true,
  },
})
