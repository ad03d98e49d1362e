/** Shell scripts of the encodings, read by the shell that will run them. */
import { join } from 'node:path'
import { formats, type EncodedFile, type Format } from '@stowage/module'
import { filesOf, type Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'
import { writeFiles } from '../site-files.ts'

export const scriptCommand = 'sh -n'

export const shellScripts: readonly Row[] = formats
  .filter((format) => format !== 'yaml')
  .map((format) => ({
    of: format,
    command: scriptCommand,
    needs: [],
    parsedOnly: true,
    appliesTo: (rendered) => scriptsOf(rendered, format).length > 0,
    run: (rendered, site) => parsed(site, scriptsOf(rendered, format)),
  }))

export async function parsed(site: Site, scripts: readonly EncodedFile[]): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, scripts)
  const faults: string[] = []
  for (const { path } of scripts) {
    const ran = await runTool('sh', ['-n', join(folder, path)])
    if (ran.code !== 0) faults.push(saidBy(ran))
  }
  return faults.length === 0 ? accepted(scripts.map(({ path }) => path).join(', ')) : refused(faults.join('\n'))
}

function scriptsOf(rendered: Rendered, format: Format): readonly EncodedFile[] {
  return filesOf(rendered, format).filter(({ path }) => path.endsWith('.sh'))
}
