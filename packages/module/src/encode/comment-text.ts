/** Text for a comment of one line: nothing in it ends the line for any reader (YAML 1.1 also breaks at NEL, LS and PS), and nothing is invisible. */
export function commentText(text: string): string {
  return plain.test(text) ? text : text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]+/gu, ' ')
}

/** Nearly every text. */
const plain = /^[\x20-\x7E]*$/
