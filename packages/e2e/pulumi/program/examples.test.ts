import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { planStorage, readValue, Storage, type Declaration, type Plan } from '@stowage/module'
import { parse } from 'yaml'
import { run } from './harness'
import { expected, registered } from './plan-objects'

const folder = join(__dirname, '..', 'examples')
const files = ['ceph', 'documents', 'homelab'].flatMap((name) => readdirSync(join(folder, name)).filter((file) => file.endsWith('.yaml')).map((file) => join(name, file)))

/** What `stowage apply` would read from the environment or a file, the program brings. */
function contentsOf({ secrets }: Plan): Record<string, Record<string, string>> {
  const contents: Record<string, Record<string, string>> = {}
  for (const { namespace, name, key } of secrets) (contents[`${namespace}/${name}`] ??= {})[key] = 'canary-2718'
  return contents
}

for (const file of files) {
  test(`examples/${file}: what is registered equals the plan, Secrets aside`, async () => {
    const declaration: Declaration = parse(readFileSync(join(folder, file), 'utf8'))
    const { spec } = readValue(declaration)
    ok(spec)
    const plan = planStorage(spec)
    const secrets = contentsOf(plan)
    const seen = await run(() => void new Storage('example', { declaration, secrets }))
    equal(seen.error, undefined)
    const [made, others] = [registered(seen).filter(({ type }) => type.endsWith(':Secret')), registered(seen).filter(({ type }) => !type.endsWith(':Secret'))]
    deepEqual(others, expected(plan))
    equal(made.length, Object.keys(secrets).length)
    // Pulumi's mark of an encrypted value is around each content, and no content is anywhere else.
    for (const { inputs } of made) deepEqual(JSON.stringify(inputs).match(/canary-2718/g)?.length, JSON.stringify(inputs).match(/"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"/g)?.length)
    equal(JSON.stringify(others).includes('canary-2718'), false)
    equal(seen.warnings.join().includes('canary-2718'), false)
  })
}
