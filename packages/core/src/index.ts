export * from './finding.ts'
export * from './log.ts'
export * from './storage-error.ts'
