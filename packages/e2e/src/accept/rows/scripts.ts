/** Shell scripts of the encodings, read by the shell that will run them. */
import { join } from 'node:path'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'

export const shellScripts: Row = {
  of: 'kubectl',
  command: 'sh -n',
  needs: [],
  only: 'parsed only',
  appliesTo: (rendered) => scriptsOf(rendered).length > 0,
  async run(rendered, site) {
    const folder = await site.folder()
    const scripts = scriptsOf(rendered)
    await writeFiles(folder, scripts)
    const faults: string[] = []
    for (const { path } of scripts) {
      const ran = await runTool('sh', ['-n', join(folder, path)])
      if (ran.code !== 0) faults.push(saidBy(ran))
    }
    return faults.length === 0 ? accepted(scripts.map(({ path }) => path).join(', ')) : refused(faults.join('\n'))
  },
}

function scriptsOf(rendered: Rendered) {
  return filesOf(rendered, 'kubectl').filter(({ path }) => path.endsWith('.sh'))
}
