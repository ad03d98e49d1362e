/** An event is told and forgotten, as client-go's recorder does it: a server that refuses one stops no controller. */
import type { Api } from '../api/api.ts'
import { ApiStatusError } from '../api/api.ts'

export function withQuietEvents(api: Api): Api {
  return {
    get: (resource, name, namespace) => api.get(resource, name, namespace),
    list: (resource, options) => api.list(resource, options),
    create: (resource, object, options) => api.create(resource, object, options),
    update: (resource, object, options) => api.update(resource, object, options),
    patch: (resource, name, namespace, type, body, options) => api.patch(resource, name, namespace, type, body, options),
    delete: (resource, name, namespace, options) => api.delete(resource, name, namespace, options),
    watch: (resource, options, listener) => api.watch(resource, options, listener),
    resources: () => api.resources(),
    bind: (namespace, pod, node) => api.bind(namespace, pod, node),
    event: (about, type, reason, message) => {
      try {
        api.event(about, type, reason, message)
      } catch (error) {
        if (!(error instanceof ApiStatusError)) throw error
      }
    },
    as: (userAgent) => withQuietEvents(api.as(userAgent)),
  }
}
