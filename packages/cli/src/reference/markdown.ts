export function generatedNote(source: string): string {
  return `<!-- Made from ${source} by \`node packages/cli/scripts/generate.mjs\`; a test holds it up to date. -->`
}

/** A bar would end a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}
