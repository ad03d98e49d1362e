export * from './run-container.ts'
export { entrypoints, imageName } from './entrypoints.ts'
