/** Perl's patterns as the schema writes them, anchored at both ends as Proxmox does. */
export function perlPattern(source: string): RegExp {
  const insensitive = source.includes('(?^i:')
  const translated = source
    .replaceAll('(?^i:', '(?:')
    .replaceAll('(?^:', '(?:')
    .replaceAll(/\{,(\d+)\}/g, '{0,$1}')
  return new RegExp(`^(?:${translated})$`, insensitive ? 'i' : '')
}
