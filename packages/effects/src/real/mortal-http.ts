import type { Http, HttpRequest, HttpResponse } from '../http.ts'
import type { Life } from '../virtual/life.ts'

/** `http` as one process uses it: its open requests and bodies end with it, so that servers see it go and nothing keeps the living waiting. */
export function mortalHttp(life: Life, http: Http): Http {
  return { request: (request) => (life.alive ? exchange(life, http, request) : new Promise(() => {})) }
}

function exchange(life: Life, http: Http, request: HttpRequest): Promise<HttpResponse> {
  const { signal } = request
  const own = new AbortController()
  const onAbort = (): void => own.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  const forgetLife = life.onEnd(() => own.abort(new Error(`process ${life.name} was killed`)))
  const forget = (): void => {
    forgetLife()
    signal?.removeEventListener('abort', onAbort)
  }
  return new Promise((resolve, reject) => {
    http.request({ ...request, signal: own.signal }).then(
      (response) => life.alive && resolve({ ...response, body: mortalBody(life, response.body, forget) }),
      (error: unknown) => {
        forget()
        if (life.alive) reject(error as Error)
      },
    )
  })
}

function mortalBody(life: Life, body: AsyncIterable<Uint8Array>, forget: () => void): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const next = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      chunks.next().then(
        (result) => {
          if (result.done === true) forget()
          if (life.alive) resolve(result)
        },
        (error: unknown) => {
          forget()
          if (life.alive) reject(error as Error)
        },
      )
    })
  const leave = async (): Promise<IteratorResult<Uint8Array>> => {
    forget()
    await chunks.return?.()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}
