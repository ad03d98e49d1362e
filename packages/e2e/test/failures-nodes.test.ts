/** What dies or is cut off under a running volume, and what is then true of its bytes. That no disk is ever in two places is checked in each. */
import { expect, test } from 'vitest'
import { claimOf, inHouse, podOf, type House } from './house.ts'

const outOfService = 'node.kubernetes.io/out-of-service'

async function runningOn(house: House, node: string, storageClass = 'proxmox-csi'): Promise<void> {
  await house.create(claimOf('data', { storageClass }), podOf('app', 'data', node))
  await house.running('app')
  await house.writes('app', 'hello')
}

function lost(house: House, node: string): Promise<true> {
  return house.until(`${node} is not ready`, async () => (await house.isReady(node)) === false || undefined)
}

/** As `kubectl delete --grace-period=0 --force`: the record goes, whatever runs. */
function forget(house: House, pod: string): Promise<void> {
  return house.virtual.client.remove({ apiVersion: 'v1', kind: 'Pod', name: pod, namespace: 'default' }, { gracePeriodSeconds: 0 })
}

test('a kubelet is killed and its pods go on; the next one finds them, and takes their volume down when they end', async () => {
  await inHouse('kubelet', async (house) => {
    await runningOn(house, 'k1')
    const before = await house.pod('app')
    house.node('k1').killKubelet()
    await house.virtual.clock.sleep(10_000)
    await house.reads('app', 'hello')
    house.node('k1').startKubelet()
    await house.virtual.clock.sleep(10_000)
    const after = await house.pod('app')
    expect(after?.metadata?.uid).toBe(before?.metadata?.uid)
    expect(after?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0 }] })
    await house.writes('app', 'still here')
    await house.remove('Pod', 'app')
    await house.until('the disk is out', async () => (await house.pod('app')) === undefined && house.holders().length === 0 && (await house.attachments()).length === 0 || undefined)
    expect(house.node('k1').machine.disksInUse()).toEqual([])
  })
})

test('a pod is forgotten while no kubelet is there: its disk stays until the next kubelet has taken it down, and then goes on', async () => {
  await inHouse('no kubelet', async (house) => {
    await runningOn(house, 'k1')
    house.node('k1').killKubelet()
    await forget(house, 'app')
    await house.create(podOf('next', 'data', 'k2'))
    await house.virtual.clock.sleep(20_000)
    expect(house.holders()).toEqual(['k1'])
    house.node('k1').startKubelet()
    await house.running('next')
    await house.reads('next', 'hello')
    expect(house.holders()).toEqual(['k2'])
  })
})

test.each(['lose-request', 'delay', 'lose-answer-early'] as const)("the driver's controller is killed in the middle of an attach (%s): one disk, attached once", async (kind) => {
  await inHouse(`controller ${kind}`, async (house) => {
    let killed = 0
    const stop = house.proxmox.faults.onCall(({ call }) => {
      if (call !== 'POST /nodes/{node}/qemu/{vmid}/config') return undefined
      killed += house.killController()
      stop()
      return kind === 'delay' ? { kind, ms: 2_000 } : { kind }
    })
    await house.create(claimOf('data'), podOf('app', 'data', 'k1'))
    await house.running('app', 400)
    await house.writes('app', 'hello')
    expect(killed).toBe(1)
    expect(house.holders()).toEqual(['k1'])
    expect(house.disks().length).toBe(1)
  })
})

test('two pods of one ReadWriteOnce claim on two nodes: the second names the first and waits, then has its bytes', async () => {
  await inHouse('multi-attach', async (house) => {
    await runningOn(house, 'k1')
    await house.create(podOf('second', 'data', 'k2'))
    await house.event('Pod', 'second', /FailedAttachVolume: Multi-Attach error for volume "pvc-.*" Volume is already used by pod\(s\) app/)
    expect(house.holders()).toEqual(['k1'])
    await house.remove('Pod', 'app')
    await house.running('second')
    await house.reads('second', 'hello')
    expect(house.holders()).toEqual(['k2'])
  })
})

test('a pod for a node of another zone is refused by the scheduler, which says that the volume is elsewhere', async () => {
  await inHouse('other zone', async (house) => {
    await runningOn(house, 'k1')
    await house.remove('Pod', 'app')
    await house.create(podOf('far', 'data', 'k3'))
    await house.event('Pod', 'far', /FailedScheduling.*node\(s\) didn't match PersistentVolume's node affinity/)
    await house.until('no VM holds it', () => house.holders().length === 0 || undefined)
  })
})

test('a node crashes and its pod is forgotten: six minutes later, and not before, the other node of the zone has what was synced', async () => {
  await inHouse('crash', async (house) => {
    await runningOn(house, 'k1')
    house.node('k1').crash()
    await lost(house, 'k1')
    await forget(house, 'app')
    const since = house.virtual.clock.monotonic()
    await house.create(podOf('next', 'data', 'k2'))
    await house.event('Pod', 'next', /FailedAttachVolume: Multi-Attach error/)
    await house.running('next', 600)
    expect(house.virtual.clock.monotonic() - since).toBeGreaterThan(360_000)
    await house.reads('next', 'hello')
    expect(house.holders()).toEqual(['k2'])
  })
})

test('a node crashes and is marked out of service: its pod goes, and the other node of the zone has what was synced without the wait', async () => {
  await inHouse('out of service', async (house) => {
    await house.create(claimOf('data'), deploymentOf('app', 'data'))
    const { pod, node } = await ready(house)
    await house.writes(pod, 'hello')
    house.node(node).crash()
    await lost(house, node)
    const since = house.virtual.clock.monotonic()
    await house.taint(node, outOfService)
    const next = await ready(house, node)
    expect(house.virtual.clock.monotonic() - since).toBeLessThan(120_000)
    await house.reads(next.pod, 'hello')
    expect(house.holders()).toEqual([next.node])
  })
})

test('a node that only lost its kubelet is marked out of service by mistake: the guest keeps its disk, the attachment says so, and nobody else gets it', async () => {
  await inHouse('busy', async (house) => {
    await runningOn(house, 'k1')
    house.node('k1').killKubelet()
    await lost(house, 'k1')
    await house.taint('k1', outOfService)
    await forget(house, 'app')
    await house.create(podOf('next', 'data', 'k2'))
    await house.until('the attachment says why it does not go', async () => (await house.attachments()).some(({ status }) => /still busy in guest.*see on the node what holds it \(mounts, LVM, LUKS, multipath\)/.test(status?.detachError?.message ?? '')) || undefined)
    expect(house.holders()).toEqual(['k1'])
    expect((await house.pod('next'))?.status?.phase).toBe('Pending')
    house.node('k1').crash()
    await house.running('next', 600)
    await house.reads('next', 'hello')
    expect(house.holders()).toEqual(['k2'])
  })
})

test('a VM is stopped and started at Proxmox: its pod runs there again, with its bytes', async () => {
  await inHouse('power', async (house) => {
    await runningOn(house, 'k1')
    await house.administrate('POST', '/nodes/pve1/qemu/101/status/stop')
    await lost(house, 'k1')
    await house.administrate('POST', '/nodes/pve1/qemu/101/status/start')
    await house.until('the pod was started again', async () => (await house.pod('app'))?.status?.containerStatuses?.some(({ restartCount, ready }) => restartCount === 1 && ready) || undefined)
    await house.reads('app', 'hello')
    expect(house.holders()).toEqual(['k1'])
  })
})

test('a thin pool fills while a pod writes: the pod sees the error, keeps what it had, and writes again when there is room', async () => {
  await inHouse('pool', async (house) => {
    await runningOn(house, 'k1', 'proxmox-lvm')
    const release = await house.fillStorage('local-lvm', 4 * 1024 ** 2)
    const full = await house.exec('app', 'dd if=/dev/zero of=/data/big bs=1M count=64 conv=fsync')
    expect(full.exitCode).toBe(1)
    expect(full.out).toMatch(/I\/O error/)
    await house.reads('app', 'hello')
    expect((await house.claim('data')).status?.phase).toBe('Bound')
    release()
    await house.exec('app', 'rm /data/big')
    await house.writes('app', 'room again')
  })
})

test('a disk is pulled out of a running guest: the pod sees errors, and another node has what was synced', async () => {
  await inHouse('pulled', async (house) => {
    await runningOn(house, 'k1')
    house.node('k1').machine.pull(house.slotOf('k1'))
    const read = await house.exec('app', 'cat /data/note')
    expect(read).toEqual({ exitCode: 1, out: 'cat: /data/note: I/O error\n' })
    await house.remove('Pod', 'app')
    await house.create(podOf('next', 'data', 'k2'))
    await house.running('next', 400)
    await house.reads('next', 'hello')
    expect(house.holders()).toEqual(['k2'])
  })
})

function deploymentOf(name: string, claim: string) {
  const { spec, metadata } = podOf(name, claim)
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 1, strategy: { type: 'Recreate' }, selector: { matchLabels: metadata.labels }, template: { metadata: { labels: metadata.labels }, spec } } }
}

/** The one pod of the deployment and where it is ready, on any other node than this. */
function ready(house: House, except?: string): Promise<{ readonly pod: string; readonly node: string }> {
  return house.until('it is ready', async () => {
    const found = (await house.pods('app')).find(({ status, spec }) => spec?.nodeName !== except && status?.containerStatuses?.every((each) => each.ready) === true)
    return found === undefined ? undefined : { pod: found.metadata?.name ?? '', node: found.spec?.nodeName ?? '' }
  }, 600)
}
