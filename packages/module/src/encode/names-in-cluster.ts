/** Names that are made of the declaration's and of something else, as long as their place allows. */

/** `homelab-classes`. What tells names of one plan apart is at the end, so a long declaration's name is cut before it. */
export function named(plan: string, rest: string, most: number): string {
  const room = most - rest.length - 1
  return `${plan.length <= room ? plan : plan.slice(0, Math.max(room, 1)).replace(/[^a-z0-9]+$/, '')}-${rest}`
}

/** Names that end in a label of what they make: Applications, Kustomizations, HelmReleases. */
export const labelled = 63
/** Helm's own limit for a release. */
export const released = 53
