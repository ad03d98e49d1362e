/** Words of a simple command as a POSIX shell splits them: bare words and single quotes; anything else is a fault of the script. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = []
  let rest = line.trim()
  while (rest !== '') {
    let word = ''
    while (rest !== '' && !/^\s/.test(rest)) {
      const [piece = '', quoted, escaped] = /^'([^']*)'|^\\(.)|^[A-Za-z0-9_./:@%+,=-]+/.exec(rest) ?? []
      if (piece === '') throw new Error(`a shell would not take this literally: ${rest}`)
      word += quoted ?? escaped ?? piece
      rest = rest.slice(piece.length)
    }
    words.push(word)
    rest = rest.trimStart()
  }
  return words
}

/** The commands of a script that begin with a word, with single quotes that span lines kept together. */
export function commands(script: string, begins: string): readonly (readonly string[])[] {
  return script
    .split('\n')
    .filter((line) => line.startsWith(`${begins} `))
    .map(shellWords)
}
