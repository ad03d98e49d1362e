/** The HTTP face of the store: what kubectl and client-go meet. */
import type { HttpHandler, HttpRequest, HttpResponse } from '@stowage/effects'
import { noSuchResource } from '../api/failures.ts'
import type { PodStreams } from '../api/pod-streams.ts'
import type { Store } from '../api/store.ts'
import { errorAnswer, jsonAnswer, textAnswer } from './answers.ts'
import { aggregated, aggregatedType, coreVersions, groupList, oneGroup, resourceList } from './discovery.ts'
import { hashOf, openApiDocument, openApiIndex } from './openapi.ts'
import { routeOf } from './route.ts'
import { serveTarget } from './verbs.ts'
import { versionInfo } from './version.ts'

export interface ApiHandlerOptions {
  /** Where `pods/log` and `pods/exec` go; without it they answer 501. */
  readonly podStreams?: PodStreams
}

export function createApiHandler(store: Store, options: ApiHandlerOptions = {}): HttpHandler {
  return async request => {
    try {
      const url = new URL(request.url)
      return plainPath(store, request, url) ?? (await resourcePath(store, options, request, url))
    } catch (error) {
      return errorAnswer(error)
    }
  }
}

function plainPath(store: Store, request: HttpRequest, url: URL): HttpResponse | undefined {
  const path = url.pathname.replace(/\/+$/, '')
  if (['/healthz', '/livez', '/readyz'].includes(path)) return textAnswer(200, 'ok')
  if (path === '/version') return jsonAnswer(200, versionInfo)
  if (path === '/openapi/v3') return jsonAnswer(200, openApiIndex(store.requests.registry.all()))
  if (path.startsWith('/openapi/v3/')) return openApi(store, request, path.slice('/openapi/v3/'.length))
  return discoveryPath(store, request, path)
}

function openApi(store: Store, request: HttpRequest, path: string): HttpResponse {
  const document = openApiDocument(path, store.requests.registry.all())
  if (document === undefined) return textAnswer(404, '404 page not found\n')
  const etag = `"${hashOf(document)}"`
  if (request.headers?.['if-none-match'] === etag) return { ...textAnswer(304, ''), headers: { etag } }
  const answer = jsonAnswer(200, document)
  return { ...answer, headers: { ...answer.headers, etag } }
}

function discoveryPath(store: Store, request: HttpRequest, path: string): HttpResponse | undefined {
  const resources = store.requests.registry.all()
  const wantsAggregated = (request.headers?.['accept'] ?? '').split(',').some(each => /as=APIGroupDiscoveryList/.test(each) && /v=v2(;|$)/.test(each))
  if (path === '/api') return wantsAggregated ? jsonAnswer(200, aggregated(true, resources), [], aggregatedType) : jsonAnswer(200, coreVersions())
  if (path === '/apis') return wantsAggregated ? jsonAnswer(200, aggregated(false, resources), [], aggregatedType) : jsonAnswer(200, groupList(resources))
  const [, root, first, second, more] = path.split('/')
  if (more !== undefined || first === undefined) return undefined
  if (root === 'api' && second === undefined) return found(resourceList('', first, resources))
  if (root !== 'apis') return undefined
  return found(second === undefined ? oneGroup(first, resources) : resourceList(first, second, resources))
}

function found(body: ReturnType<typeof resourceList>): HttpResponse {
  return body === undefined ? textAnswer(404, '404 page not found\n') : jsonAnswer(200, body)
}

async function resourcePath(store: Store, options: ApiHandlerOptions, request: HttpRequest, url: URL): Promise<HttpResponse> {
  const target = routeOf(store.requests.registry, url.pathname)
  if (target !== undefined) return serveTarget(store, options.podStreams, request, url.searchParams, target)
  const [, root, group, version] = url.pathname.split('/')
  const isKnownGroup = root === 'api' ? group === 'v1' : store.requests.registry.all().some(each => each.group === group && each.version === version && each.custom === undefined)
  if (!isKnownGroup) return textAnswer(404, '404 page not found\n')
  throw noSuchResource()
}
