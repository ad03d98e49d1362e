/** What a tool would make of the files of an encoding: objects and releases, read as that tool reads them. */
import { parseAllDocuments } from 'yaml'
import { deliveryAnnotations } from '../../src/encode/delivery-annotations.ts'
import type { EncodedFile } from '../../src/encode/encoded-file.ts'

export interface DecodedRelease {
  readonly name: string
  readonly namespace: string
  readonly chart: string
  readonly repository: string
  readonly version: string
  readonly values: unknown
}

export interface Decoded {
  readonly objects: readonly unknown[]
  readonly releases: readonly DecodedRelease[]
}

/** The files of a folder, by path; a file that is not there is a fault of the encoding. */
export class Folder {
  readonly files: ReadonlyMap<string, string>
  constructor(files: readonly EncodedFile[]) {
    this.files = new Map(files.map(({ path, content }) => [path, content]))
    if (this.files.size !== files.length) throw new Error('two files have one path')
  }
  text(path: string): string {
    const content = this.files.get(path)
    if (content === undefined) throw new Error(`${path} is named but not there`)
    return content
  }
  /** As kubectl reads: YAML 1.1. */
  documents(path: string): readonly unknown[] {
    return yamlDocuments(this.text(path))
  }
  document(path: string): unknown {
    const [only, ...more] = this.documents(path)
    if (more.length > 0) throw new Error(`${path} holds more than one document`)
    return only
  }
  /** Paths directly in a folder, sorted. */
  list(folder: string): readonly string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/')).toSorted()
  }
}

export function yamlDocuments(text: string): readonly unknown[] {
  return parseAllDocuments(text, { version: '1.1', merge: false })
    .map((document): unknown => {
      if (document.errors.length > 0) throw document.errors[0]
      return document.toJS({ maxAliasCount: 0 })
    })
    .filter((value) => value !== null)
}

/** `at(value, 'spec', 'source')`; throws where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let inner = value
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) throw new Error(`there is no ${path.join('.')}`)
    inner = Reflect.get(inner, key)
  }
  return inner
}

export function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path)
  if (typeof found !== 'string') throw new Error(`${path.join('.')} is not a text`)
  return found
}

export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  if (!Array.isArray(found)) throw new Error(`${path.join('.')} is not a list`)
  return found
}

/** The object less the closed list of annotations; an empty map of annotations is none. */
export function withoutDelivery(object: unknown): unknown {
  if (!has(object, 'metadata')) return object
  const metadata = at(object, 'metadata')
  if (!has(metadata, 'annotations')) return object
  const closed: ReadonlySet<string> = new Set(deliveryAnnotations)
  const annotations = Object.entries(Object(at(metadata, 'annotations'))).filter(([key]) => !closed.has(key))
  const { annotations: _, ...rest } = Object(metadata)
  return { ...Object(object), metadata: annotations.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(annotations) } }
}
