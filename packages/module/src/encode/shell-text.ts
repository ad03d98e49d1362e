/** Words of a POSIX shell. */
import { commentText } from './comment-text.ts'

/** One word, whatever is in it. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function commandLine(...words: readonly string[]): string {
  return words.map(quote).join(' ')
}

/** A comment of one line, whatever is in it. */
export function comment(text: string): string {
  return `# ${commentText(text)}`
}
