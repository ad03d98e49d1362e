import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts'],
    pool: 'threads',
    // Against what hangs, not against what is slow: machines that test do other things at once.
    testTimeout: 180_000,
    isolate: true,
  },
})
