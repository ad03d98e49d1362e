/** What goes over the wire: whether something was written, and every warning that the server sends along. */
import type { Http } from '@stowage/effects'

export interface Exchange {
  readonly method: string
  readonly url: string
  /** Something may be stored after it: neither a read nor a dry run. */
  readonly writes: boolean
  readonly warnings: readonly string[]
}

export interface Traffic {
  readonly http: Http
  /** What has been seen since the last call. */
  take(): readonly Exchange[]
}

export function traffic(inner: Http): Traffic {
  let seen: Exchange[] = []
  const http: Http = {
    request: async (request) => {
      const { method, url } = request
      const response = await inner.request(request)
      seen.push({ method, url, writes: method !== 'GET' && !/[?&]dryRun=All/.test(url), warnings: warningsIn(response.headers['warning'] ?? '') })
      return response
    },
  }
  const take = (): readonly Exchange[] => {
    const taken = seen
    seen = []
    return taken
  }
  return { http, take }
}

/** `299 - "text", 299 - "more"` (RFC 7234, 5.5). */
export function warningsIn(header: string): readonly string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'))
}
