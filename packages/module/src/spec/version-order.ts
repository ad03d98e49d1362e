/** The order of semantic versions (semver.org, 11), with or without a v. */

/** Below zero when `one` is older. What is no version is compared as text. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)]
  return left === undefined || right === undefined ? one.localeCompare(other) : compareParts(left, right)
}

/** Both are versions, and `one` is the older one. */
export function isOlder(one: string, other: string): boolean {
  const [left, right] = [partsOf(one), partsOf(other)]
  return left !== undefined && right !== undefined && compareParts(left, right) < 0
}

interface Parts {
  readonly numbers: readonly number[]
  readonly pre: string
}

function compareParts(left: Parts, right: Parts): number {
  for (let at = 0; at < 3; at++) if (left.numbers[at] !== right.numbers[at]) return (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0)
  if (left.pre === right.pre) return 0
  // A version without a pre-release is newer than one with.
  return left.pre === '' ? 1 : right.pre === '' ? -1 : left.pre.localeCompare(right.pre, 'en', { numeric: true })
}

function partsOf(version: string): Parts | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)(?:-([^+]+))?(?:\+.*)?$/.exec(version)
  return found === null ? undefined : { numbers: [Number(found[1]), Number(found[2]), Number(found[3])], pre: found[4] ?? '' }
}
