/** The driver as a process: arguments, configuration, sockets, several names, its end. */
import { createLog } from '@stowage/core'
import { RpcFailure, type Effects } from '@stowage/effects'
import { runDriver } from '@stowage/driver'
import { decode, encode, methods, type Encodable, type Method, type RequestOf, type ResponseOf } from '@stowage/wire/csi'
import { expect, test } from 'vitest'
import { createRequest, inRig, ownVolumes, type Rig } from './driver-rig.ts'

const config = `drivers:
  - {name: proxmox.csi.stowage.dev, backend: proxmox}
  - {name: csi.proxmox.sinextra.dev, backend: proxmox}
  - {name: local.csi.stowage.dev, backend: local}
proxmox: {clusters: [{name: pve, region: home, endpoints: ["https://pve1:8006"], credentialsDir: /etc/stowage/credentials/pve}]}
local: {path: /var/lib/stowage}
`

interface Running {
  readonly effects: Effects
  readonly logged: string[]
  readonly stop: () => void
  readonly exit: Promise<number>
}

async function startProcess({ world }: Rig, args: readonly string[], text = config): Promise<Running> {
  const { effects } = world.process('driver', {}, { machine: 'm1' })
  await effects.files.makeDirectory('/etc/stowage/credentials/pve')
  await effects.files.makeDirectory('/etc/stowage/config')
  await effects.files.makeDirectory('/proc/self')
  await effects.files.writeAtomic('/proc/self/mountinfo', '21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n')
  await effects.files.writeAtomic('/etc/stowage/config/config.yaml', text)
  await effects.files.writeAtomic('/etc/stowage/credentials/pve/token_id', 'csi@pve!stowage')
  await effects.files.writeAtomic('/etc/stowage/credentials/pve/token_secret', '11111111-1111-4111-8111-111111111111')
  const logged: string[] = []
  const controller = new AbortController()
  const exit = runDriver({ args, env: { NODE_NAME: 'k1' }, effects, log: createLog(({ level, message, fields }) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`)), stop: controller.signal })
  await effects.clock.sleep(100)
  return { effects, logged, stop: () => controller.abort(), exit }
}

async function call<M extends Method>({ effects }: Running, address: string, method: M, request: Encodable<RequestOf<M>>): Promise<ResponseOf<M>> {
  const client = effects.rpc.connect(address)
  try {
    const bytes = await client.call(method, encode(methods[method].request, request), { timeoutMs: 60_000 })
    return decode(methods[method].response, bytes) as ResponseOf<M>
  } finally {
    client.close()
  }
}

test('the controller serves each name on its socket over one backend, and ends tidily', async () => {
  await inRig(async (rig) => {
    const running = await startProcess(rig, ['--role=controller', '--socket-dir=/csi'])
    const [own, second, local] = ['/csi/proxmox.csi.stowage.dev.sock', '/csi/csi.proxmox.sinextra.dev.sock', '/csi/local.csi.stowage.dev.sock'] as const
    expect(await call(running, own, '/csi.v1.Identity/GetPluginInfo', {})).toMatchObject({ name: 'proxmox.csi.stowage.dev' })
    expect(await call(running, second, '/csi.v1.Identity/GetPluginInfo', {})).toMatchObject({ name: 'csi.proxmox.sinextra.dev' })
    expect(await call(running, second, '/csi.v1.Identity/Probe', {})).toEqual({ ready: true })
    const made = await call(running, own, '/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
    expect(made.volume?.volumeId).toBe('home/pve1/local-zfs/vm-9999-pvc-1')
    await call(running, second, '/csi.v1.Controller/DeleteVolume', { volumeId: 'home/pve1/local-zfs/vm-9999-pvc-1' })
    expect(ownVolumes(rig)).toEqual([])

    const { capabilities } = await call(running, local, '/csi.v1.Controller/ControllerGetCapabilities', {})
    expect(capabilities.map(({ rpc }) => rpc?.type)).toEqual(['EXPAND_VOLUME'])
    await expect(call(running, local, '/csi.v1.Controller/CreateVolume', createRequest('x'))).rejects.toMatchObject({ code: 12 })
    await expect(call(running, own, '/csi.v1.Controller/CreateSnapshot', {})).rejects.toBeInstanceOf(RpcFailure)

    running.stop()
    expect(await running.exit).toBe(0)
    expect(await running.effects.rpc.list('/csi')).toEqual([])
    expect(running.logged.join('\n')).not.toContain('11111111-1111')
  })
})

test('a node makes its own local volumes, serves both kinds, and registers with the kubelet', async () => {
  await inRig(async (rig) => {
    const running = await startProcess(rig, ['--role=node', '--kubelet-root=/var/lib/kubelet'])
    const socket = '/var/lib/kubelet/plugins/local.csi.stowage.dev/csi.sock'
    expect(await running.effects.rpc.list('/var/lib/kubelet/plugins_registry')).toHaveLength(3)
    const made = await call(running, socket, '/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1', {}), accessibilityRequirements: { preferred: [], requisite: [] } })
    expect(made.volume).toMatchObject({ volumeId: 'k1/var/lib/stowage/pvc-1/data', accessibleTopology: [{ segments: { 'topology.local.csi.stowage.dev/node': 'k1' } }] })
    expect(await call(running, socket, '/csi.v1.Node/NodeGetInfo', {})).toMatchObject({ nodeId: 'k1' })
    await expect(call(running, '/var/lib/kubelet/plugins/proxmox.csi.stowage.dev/csi.sock', '/csi.v1.Controller/CreateVolume', createRequest('x'))).rejects.toMatchObject({ code: 12 })
    running.stop()
    expect(await running.exit).toBe(0)
    expect(await running.effects.rpc.list('/var/lib/kubelet/plugins_registry')).toEqual([])
  })
})

test.each([
  [['--role=cook'], config, 2, /--role must be controller or node/],
  [['--rolle=node'], config, 2, /rolle/],
  [['--role=controller'], config.replace('credentialsDir', 'credentialDir'), 1, /config\.yaml:5:\d+: nobody knows the key.*did you mean/],
  [['--role=controller', '--config=/nowhere.yaml'], config, 1, /nowhere\.yaml cannot be read/],
])('with %j it ends with a code and a reason', async (args, text, code, reason) => {
  await inRig(async (rig) => {
    const running = await startProcess(rig, args, text)
    expect(await running.exit).toBe(code)
    expect(running.logged.join('\n')).toMatch(reason)
  })
})
