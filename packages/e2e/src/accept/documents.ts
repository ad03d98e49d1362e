/** Objects in a text of YAML documents. */
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '@stowage/module'

/** Throws where the text is not YAML; documents that hold nothing are left out. */
export function objectsIn(text: string): readonly KubernetesObject[] {
  return documentsIn(text).map((value) => {
    if (isObject(value)) return value
    throw new Error(`a document is no Kubernetes object: ${JSON.stringify(value).slice(0, 200)}`)
  })
}

export function documentsIn(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text)
  return [...documents].flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const value: unknown = document.toJS()
    return value === null || value === undefined ? [] : [value]
  })
}

function isObject(value: unknown): value is KubernetesObject {
  return isFields(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isFields(value['metadata'])
}

export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
