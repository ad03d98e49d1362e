/** csi-sanity's directories on a simulated machine, over HTTP on loopback. */
import { FileFailure, textResponse } from '@stowage/effects'
import type { Files, HttpHandler } from '@stowage/effects'

export function pathServer(files: Files): HttpHandler {
  return async ({ url }) => {
    const { pathname, searchParams } = new URL(url)
    const path = searchParams.get('path') ?? ''
    try {
      return await answer(files, pathname, path)
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error
      return textResponse(500, `${pathname} ${path}: ${error.message}`)
    }
  }
}

async function answer(files: Files, action: string, path: string): Promise<ReturnType<typeof textResponse>> {
  const found = await files.stat(path)
  if (action === '/create') {
    await files.makeDirectory(path)
    return textResponse(200, path)
  }
  if (action === '/remove') {
    // Only what is empty: what a spec leaves behind is its finding.
    if (found !== undefined) await files.removeDirectory(path)
    return textResponse(200, '')
  }
  if (action !== '/check') return textResponse(404, `no such action ${action}`)
  if (found === undefined) return textResponse(200, 'not_found')
  return textResponse(200, found.kind === 'file' || found.kind === 'directory' ? found.kind : 'other')
}
