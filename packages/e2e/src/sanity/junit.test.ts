import { expect, test } from 'vitest'
import { readJunit } from './junit.ts'
import { chosenRows, rows } from './rows.ts'

test('passed, failed and skipped specs are told apart, and hooks are not specs', () => {
  const report = `<testsuites><testsuite>
    <testcase name="[BeforeSuite]" classname="CSI" status="passed" time="0.1"></testcase>
    <testcase name="[It] Identity Service Probe works" classname="CSI" status="passed" time="0.1"><system-err>x</system-err></testcase>
    <testcase name="[It] Snapshots &lt;all&gt;" classname="CSI" status="skipped" time="0"><skipped message="skipped - no"></skipped></testcase>
    <testcase name="[It] CreateVolume" classname="CSI" status="failed" time="1"><failure message="expected&#xA;this &quot;one&quot;" type="failed">trace</failure></testcase>
  </testsuite></testsuites>`
  expect(readJunit(report)).toEqual([
    { name: 'Identity Service Probe works', outcome: 'passed', message: '' },
    { name: 'Snapshots <all>', outcome: 'skipped', message: '' },
    { name: 'CreateVolume', outcome: 'failed', message: 'expected\nthis "one"' },
  ])
})

test('a report without specs is not a success', () => {
  expect(() => readJunit('<testsuites/>')).toThrow('holds no test case')
})

test('rows are chosen by name or by backend, and an unknown name is told', () => {
  expect(chosenRows([])).toEqual(rows)
  expect(chosenRows(['zfspool', 'local:mount']).map(({ name }) => name)).toEqual(['zfspool:mount', 'zfspool:block', 'local:mount'])
  expect(() => chosenRows(['ceph'])).toThrow('there is no row ceph; there are zfspool:mount')
})
