import { createLog } from '@stowage/core'
import { VirtualWorld } from '@stowage/effects/virtual'
import { decode, encode } from '@stowage/wire/registration'
import { expect, test } from 'vitest'
import { driverSocket, registrationSocket, serveRegistration } from './registration.ts'

const driver = 'proxmox.csi.stowage.dev'

test('the kubelet finds the driver, learns where it listens, and its verdict is in the log', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('node')
  const logged: string[] = []
  const log = createLog(({ level, message, fields }) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`))
  await world.run(async () => {
    const server = await serveRegistration({ rpc: effects.rpc, log, driver })
    expect(await effects.rpc.list('/var/lib/kubelet/plugins_registry')).toEqual([registrationSocket(driver)])
    const kubelet = effects.rpc.connect(registrationSocket(driver))
    const call = (method: string, bytes: Uint8Array): Promise<Uint8Array> => kubelet.call(`/pluginregistration.Registration/${method}`, bytes, { timeoutMs: 1000 })
    expect(decode('PluginInfo', await call('GetInfo', encode('InfoRequest', {})))).toEqual({ type: 'CSIPlugin', name: driver, endpoint: '/var/lib/kubelet/plugins/proxmox.csi.stowage.dev/csi.sock', supportedVersions: ['1.0.0'] })
    await call('NotifyRegistrationStatus', encode('RegistrationStatus', { pluginRegistered: false, error: 'NodeGetInfo failed' }))
    await call('NotifyRegistrationStatus', encode('RegistrationStatus', { pluginRegistered: true }))
    await expect(call('Other', new Uint8Array())).rejects.toMatchObject({ code: 12 })
    await server.close()
    expect(await effects.rpc.list('/var/lib/kubelet/plugins_registry')).toEqual([])
  })
  expect(logged[0]).toMatch(/^error the kubelet has refused .*NodeGetInfo failed/)
  expect(logged[1]).toMatch(/^info the kubelet has registered/)
})

test('another kubelet root moves both sockets', () => {
  expect(driverSocket(driver, '/var/lib/k0s/kubelet')).toBe('/var/lib/k0s/kubelet/plugins/proxmox.csi.stowage.dev/csi.sock')
  expect(registrationSocket(driver, '/var/lib/k0s/kubelet')).toBe('/var/lib/k0s/kubelet/plugins_registry/proxmox.csi.stowage.dev-reg.sock')
})
