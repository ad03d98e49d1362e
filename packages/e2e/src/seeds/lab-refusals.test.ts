/** The lab refuses what a real kube-apiserver refused, in its words, and takes what it took. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readText } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import { createApiHandler } from '@stowage/lab/kubernetes/http/api-handler'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { creationOf } from './creation.ts'

const seeds = fileURLToPath(new URL('../../../../examples/seeds/', import.meta.url))

interface Answer {
  readonly snippet: string
  readonly document: number
  readonly before?: string
  readonly kind?: string
  readonly accepted: boolean
  readonly status?: unknown
}

const { answers }: { answers: readonly Answer[] } = JSON.parse(readFileSync(`${seeds}refusals.json`, 'utf8'))
const objectOf = ({ snippet, document }: Answer): unknown => parseAllDocuments(readFileSync(seeds + snippet, 'utf8'))[document]?.toJS()

/** What the lab says to each, with namespace garage made before those that take it for granted. */
async function labAnswers(asked: readonly Answer[]): Promise<readonly { readonly accepted: boolean; readonly status?: unknown }[]> {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('kubectl')
  world.route('https://lab.example', createApiHandler(createStore({ clock: effects.clock, random: effects.random })))
  const post = async (path: string, object: unknown) => {
    const response = await effects.http.request({ method: 'POST', url: `https://lab.example${path}`, headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(object) })
    return { code: response.status, body: JSON.parse(await readText(response.body)) as unknown }
  }
  return world.run(async () => {
    const said: { accepted: boolean; status?: unknown }[] = []
    for (const answer of asked.filter(({ before }) => before !== undefined)) said.push(await sayTo(answer))
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'garage' } })
    for (const answer of asked.filter(({ before }) => before === undefined)) said.push(await sayTo(answer))
    return said
  })

  async function sayTo(answer: Answer) {
    const object = objectOf(answer)
    const { code, body } = await post(creationOf(object)?.path ?? '', object)
    return code < 300 ? { accepted: true } : { accepted: false, status: body }
  }
}

test('the lab says to every manifest of the documents, and to every completed one, what the real server said', async () => {
  const asked = answers.filter(({ kind }) => kind !== undefined)
  expect(asked.length).toBeGreaterThan(30)
  const said = await labAnswers(asked)
  for (const [index, answer] of asked.entries()) {
    expect(said[index], `${answer.snippet} ${answer.document}`).toEqual(answer.accepted ? { accepted: true } : { accepted: false, status: answer.status })
  }
})
