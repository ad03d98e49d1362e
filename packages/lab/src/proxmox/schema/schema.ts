import type { SchemaMethod } from './method.ts'
import { Routes } from './routes.ts'
import { Verifier } from './verify.ts'

/** The published schema made ready to answer requests. Share one between worlds: it costs some milliseconds to build and never changes. */
export interface ApiSchema {
  readonly routes: Routes
  readonly verifier: Verifier
}

export function createApiSchema(methods: readonly SchemaMethod[]): ApiSchema {
  return { routes: new Routes(methods), verifier: new Verifier() }
}
