import { expect, test } from 'vitest'
import { secondDriver } from './second-driver.ts'

const driver = (namespace: string, name = 'stowage-node') => ({ metadata: { name, namespace, labels: { 'app.kubernetes.io/instance': 'homelab' } } })

test('a driver in another namespace is named with its declaration, and how to move it', () => {
  expect(secondDriver('storage', [driver('storage-system')])).toMatch(/^DaemonSet storage-system\/stowage-node of declaration homelab serves the nodes already; .* Write namespace: storage-system, .*kubectl delete -n storage-system /)
})

test('the driver itself, and other workloads of Stowage, are no second one', () => {
  expect(secondDriver('storage-system', [driver('storage-system')])).toBeUndefined()
  expect(secondDriver('storage', [driver('storage-system', 'stowage-agent')])).toBeUndefined()
})
