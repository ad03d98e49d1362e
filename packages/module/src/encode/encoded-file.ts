/** What an encoding returns: files of one folder, as text. */
export interface EncodedFile {
  /** Relative to the folder: `05-namespace.yaml`, `charts/homelab-classes/Chart.yaml`. */
  readonly path: string
  readonly content: string
  /** Permission bits; absent: as any file. 0o755 for a script. */
  readonly mode?: number
}

/** First line of every file that can hold a comment. Only the beginning is looked at when files are recognised. */
export const fileMark = '# Made by stowage from the declaration: change that. What is edited here is noticed and stops the next render.'

/** What every file that was ever made here begins with, whatever the rest of its first line said. */
export const fileMarkBegins = '# Made by stowage '

/** A file of YAML, marked. */
export function yamlFile(path: string, body: string): EncodedFile {
  return { path, content: `${fileMark}\n${body}` }
}
