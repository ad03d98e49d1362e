import { distance } from 'fastest-levenshtein'

/**
 * The known word that was probably meant, or undefined when none is near. Near is: the same but for case, dashes and
 * underscores, or at most two letters in five wrong, and never more than three. Ties go to the earlier word.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = plain(word)
  let best: string | undefined
  let bestDistance = Math.min(3, Math.round(wanted.length * 0.4)) + 1
  for (const candidate of known) {
    const away = distance(wanted, plain(candidate))
    if (away < bestDistance) {
      best = candidate
      bestDistance = away
    }
  }
  return best
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '')
}

/** More than these would bury the sentence. */
const mostListed = 12

/** `did you mean "cache"?`, or the list of what is known when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known)
  if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`
  if (known.length === 0) return 'nothing is known here; remove it'
  const rest = known.length - mostListed
  return `known are ${known.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
