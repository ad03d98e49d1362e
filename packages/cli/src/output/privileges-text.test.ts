import { driverPrivileges } from '@stowage/proxmox/words/privileges'
import { expect, test } from 'vitest'
import { stowage } from './terminal.test-data.ts'
import { explainPrivileges } from './privileges-text.ts'

test('each privilege says why it is needed and what fails without it', () => {
  const { privileges } = explainPrivileges()
  expect(privileges.map(({ privilege }) => privilege)).toEqual(driverPrivileges.map(({ privilege }) => privilege))
  expect(privileges.filter(({ why, without }) => why === '' || without === '')).toEqual([])
})

test('the three sets in use: one cannot make disks, one is complete, one sees less', () => {
  expect(explainPrivileges().sets.map(({ document, lacks }) => [document, lacks])).toEqual([
    ['000', ['Datastore.AllocateSpace', 'Sys.Audit']],
    ['001', []],
    ['002', ['Sys.Audit']],
  ])
})

test('as text and as JSON', async () => {
  expect((await stowage(['explain', 'privileges'])).stdout).toContain('document 000: lacks Datastore.AllocateSpace')
  expect(JSON.parse((await stowage(['explain', 'privileges', '--json'])).stdout)).toMatchObject({ kind: 'Privileges' })
})
