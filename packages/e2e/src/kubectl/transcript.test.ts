import { expect, test } from 'vitest'
import { normaliseLine, parseTranscript, printTranscript, wordsOf } from './transcript.ts'

const text = `# why it is asked
$ kubectl get pvc
NAME   STATUS
data   Bound
$ kubectl get pvc none

Error from server (NotFound)
[exit 1]
`

test('a transcript that is parsed and printed says the same', () => {
  const exchanges = parseTranscript(text)
  expect(exchanges.map(({ command, exitCode }) => [command, exitCode])).toEqual([['kubectl get pvc', 0], ['kubectl get pvc none', 1]])
  expect(parseTranscript(printTranscript(exchanges))).toEqual(exchanges)
})

test('quotes keep words together', () => {
  expect(wordsOf(`kubectl patch pvc a -p '{"spec":{"x":"y z"}}' -- sh -c "echo 'test'"`)).toEqual(['kubectl', 'patch', 'pvc', 'a', '-p', '{"spec":{"x":"y z"}}', '--', 'sh', '-c', "echo 'test'"])
})

test('two runs differ in ids, ages and nodes, and in nothing else', () => {
  const one = normaliseLine('pod/postgres-zg6p2wj8kg-pqhqp   1/1   Running   0   7s   k1')
  expect(normaliseLine('pod/postgres-zg6p2wj8kg-799nt   1/1   Running   0   12s   k4')).toBe(one)
  expect(normaliseLine('pod/postgres-zg6p2wj8kg-799nt   0/1   Running   0   12s   k4')).not.toBe(one)
})
