/** Whether what a tool made of the files still holds every object of the plan as it was planned. */
import { isDeepStrictEqual } from 'node:util'
import { idOf, type KubernetesObject } from '@stowage/module'

/** Sentences; none when all are there. `added`: labels and annotations that the delivery puts on, by key. */
export function missingObjects(planned: readonly KubernetesObject[], made: readonly KubernetesObject[], added: readonly string[] = []): readonly string[] {
  const byId = new Map(made.map((object) => [idOf(object), object]))
  return planned.flatMap((object) => {
    const found = byId.get(idOf(object))
    if (found === undefined) return [`${idOf(object)} is not in what it made`]
    return isDeepStrictEqual(plain(without(object, added)), plain(without(found, added))) ? [] : [`${idOf(object)} is not as it was planned`]
  })
}

/** Empty maps of labels and annotations are none. */
function without({ metadata, ...rest }: KubernetesObject, keys: readonly string[]): object {
  const { labels, annotations, ...others } = metadata
  return { ...rest, metadata: { ...others, ...kept('labels', labels, keys), ...kept('annotations', annotations, keys) } }
}

function kept(name: string, map: Readonly<Record<string, string>> | undefined, keys: readonly string[]): object {
  const left = Object.entries(map ?? {}).filter(([key]) => !keys.includes(key))
  return left.length === 0 ? {} : { [name]: Object.fromEntries(left) }
}

/** As it would be sent: without `undefined`. */
function plain(value: object): unknown {
  const sent: unknown = JSON.parse(JSON.stringify(value))
  return sent
}
