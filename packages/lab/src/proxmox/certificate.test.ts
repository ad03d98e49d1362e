import { HttpFailure, readText } from '@stowage/effects'
import { listenHttp, realEffects } from '@stowage/effects/real'
import { expect, test } from 'vitest'
import { createServerCertificate } from './certificate.ts'
import { createProxmox } from './proxmox.ts'
import { csiToken, labOptions } from './test-rig.ts'

async function overHttps(body: (url: string, trust: { ca: string; fingerprint: string }) => Promise<void>): Promise<void> {
  const effects = realEffects()
  const { caPem, certPem, keyPem, fingerprint } = await createServerCertificate(effects.clock.now(), ['localhost', '127.0.0.1'])
  const proxmox = createProxmox(labOptions(effects))
  const server = await listenHttp(proxmox.handler('pve1'), { host: '127.0.0.1', port: 0, tls: { key: keyPem, cert: certPem } })
  try {
    await body(`https://127.0.0.1:${server.port}/api2/json`, { ca: caPem, fingerprint })
  } finally {
    await server.close()
  }
}

test('over real HTTPS, a client that trusts the CA gets an answer, and the reason phrase carries the error', () =>
  overHttps(async (url, { ca }) => {
    const { http } = realEffects()
    const version = await http.request({ method: 'GET', url: `${url}/version`, headers: { authorization: csiToken }, tls: { ca } })
    expect([version.status, JSON.parse(await readText(version.body))]).toMatchObject([200, { data: { release: '9.1' } }])
    const missing = await http.request({ method: 'GET', url: `${url}/nodes/pve1/qemu/555/config`, headers: { authorization: csiToken }, tls: { ca } })
    expect([missing.status, missing.reason]).toEqual([500, "Configuration file 'nodes/pve1/qemu-server/555.conf' does not exist"])
    await readText(missing.body)
  }))

test('the certificate is trusted by its fingerprint too, and by nobody who knows neither', () =>
  overHttps(async (url, { fingerprint }) => {
    const { http } = realEffects()
    const request = { method: 'GET', url: `${url}/version`, headers: { authorization: csiToken } } as const
    const pinned = await http.request({ ...request, tls: { fingerprint } })
    expect(pinned.status).toBe(200)
    await readText(pinned.body)
    await expect(http.request(request)).rejects.toSatisfy((error: unknown) => error instanceof HttpFailure && error.stage === 'tls')
  }))

test('a lost answer is a broken connection over real sockets as well', async () => {
  const effects = realEffects()
  const { caPem, certPem, keyPem } = await createServerCertificate(effects.clock.now(), ['127.0.0.1'])
  const proxmox = createProxmox(labOptions(effects))
  const server = await listenHttp(proxmox.handler('pve1'), { host: '127.0.0.1', port: 0, tls: { key: keyPem, cert: certPem } })
  proxmox.faults.once('POST /nodes/{node}/storage/{storage}/content', { kind: 'lose-answer' })
  const sent = effects.http.request({
    method: 'POST',
    url: `https://127.0.0.1:${server.port}/api2/json/nodes/pve1/storage/local-zfs/content`,
    headers: { authorization: csiToken, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'vmid=9999&filename=vm-9999-x&size=1G',
    tls: { ca: caPem },
  })
  await expect(sent).rejects.toMatchObject({ name: 'HttpFailure', stage: 'answer' })
  expect(proxmox.world.volumes().map(({ volid }) => volid)).toContain('local-zfs:vm-9999-x')
  await server.close()
})
