/** Rendered files on disk, as `stowage render --dir` leaves them. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EncodedFile } from '@stowage/module'

export async function writeFiles(folder: string, files: readonly EncodedFile[]): Promise<void> {
  for (const { path, content, mode } of files) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
    if (mode !== undefined) await chmod(target, mode)
  }
}
