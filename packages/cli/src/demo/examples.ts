/** Reads the manifests of `examples/`, which ship beside the bundle. */
import { StorageError } from '@stowage/core'
import type { Files } from '@stowage/effects'
import type { KubernetesObject } from '@stowage/kubernetes'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** The nearest `examples/` at or above this file: the repository's, or the package's. */
export async function findExamples(files: Files): Promise<string> {
  for (let directory = dirname(fileURLToPath(import.meta.url)); ; directory = dirname(directory)) {
    if ((await files.stat(join(directory, 'examples/homelab/storage.yaml'))) !== undefined) return join(directory, 'examples')
    if (directory === dirname(directory)) throw new StorageError('not-found', 'the examples that the demo runs are not beside this installation of stowage; run it from the repository')
  }
}

export async function readObjects(files: Files, directory: string, path: string): Promise<readonly KubernetesObject[]> {
  const documents = parseAllDocuments(await files.readText(join(directory, path)))
  return (Array.isArray(documents) ? documents : []).map((document) => document.toJS() as KubernetesObject | null).filter((object) => object !== null)
}
