/** The published package: the library, and the components for Pulumi. `@stowage/module/library` is the former alone. */
export * from '../index.ts'
export * from './document-003.ts'
export { StorageModule } from './storage-module.ts'
export { Storage, type StorageArgs, type WithInputs } from './storage.ts'
