/** Takes every fenced block out of a Markdown text, and every manifest out of the here-documents of its shell blocks. Pure. */

export interface Snippet {
  /** `000/05.sh`; a here-document of it is `000/05-1.yaml`. */
  readonly path: string
  readonly text: string
  /** 1-based line of the text's first line in the document. */
  readonly line: number
}

const extensions: Readonly<Record<string, string>> = { bash: 'sh', yaml: 'yaml', hcl: 'tf', typescript: 'ts.txt', mermaid: 'mmd', '': 'txt' }

export function extractSnippets(document: string, markdown: string): readonly Snippet[] {
  return fencedBlocks(markdown).flatMap(({ language, text, line }, index) => {
    const number = String(index + 1).padStart(2, '0')
    const block = { path: `${document}/${number}.${extensions[language] ?? language}`, text, line }
    const manifests = language === 'bash' ? hereDocuments(text) : []
    return [block, ...manifests.map((manifest, at) => ({ path: `${document}/${number}-${at + 1}.yaml`, text: manifest.text, line: line + manifest.offset }))]
  })
}

interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

/** CommonMark: a fence may be indented, and then its content's indentation is taken off as far as the fence's. */
function fencedBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { readonly indent: number; readonly language: string; readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent = '', info] = /^( *)```(.*)$/.exec(line) ?? []
    if (info === undefined) open?.lines.push(line.replace(new RegExp(`^ {0,${open.indent}}`), ''))
    else if (open === undefined) open = { indent: indent.length, language: info.trim(), line: index + 2, lines: [] }
    else {
      blocks.push({ language: open.language, text: `${open.lines.join('\n')}\n`, line: open.line })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`a fenced block that begins at line ${open.line - 1} has no end`)
  return blocks
}

function hereDocuments(script: string): readonly { readonly text: string; readonly offset: number }[] {
  const found: { text: string; offset: number }[] = []
  const lines = script.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const [, word] = /<<-?\s*'?(\w+)'?/.exec(lines[at] ?? '') ?? []
    if (word === undefined) continue
    const end = lines.indexOf(word, at + 1)
    found.push({ text: `${lines.slice(at + 1, end).join('\n')}\n`, offset: at + 1 })
    at = end
  }
  return found
}
