/** The smallest edits of a declaration that stands in files. */
import { isMap } from '@stowage/core'
import { environmentNames, inEnvironment } from '../../../spec/environments.ts'
import { mergeDocuments } from '../../../spec/merge.ts'
import type { ReadOptions, SourceText } from '../../../spec/read.ts'
import { parseSource } from '../../../spec/source.ts'
import type { Edit } from './edit.ts'
import { smallestEdits } from './smallest-edits.ts'

/** Paths of the steps are of the files' documents put together, and with an environment put over them. */
export function smallestEditsOfText(sources: readonly SourceText[], options: ReadOptions = {}): readonly Edit[] {
  const documents = sources.flatMap(({ text, file }) => parseSource(text, file, 'first').documents)
  if (documents.length === 0) return []
  const { value } = mergeDocuments(documents, 'first')
  if (!isMap(value)) return []
  const { environment, ...rest } = options
  if (environment === undefined) return smallestEdits(value, rest)
  return environmentNames(value).includes(environment) ? smallestEdits(inEnvironment(value, environment), rest) : []
}
