import { VirtualWorld } from '@stowage/effects/virtual'
import { describe, expect, test } from 'vitest'
import type { ClusterConfig } from './config.ts'
import { credentialsSource } from './credentials.ts'
import { parseConfig } from './parse-config.ts'

const good = `drivers:
  - {name: proxmox.csi.stowage.dev, backend: proxmox}
  - {name: csi.proxmox.sinextra.dev, backend: proxmox}
  - {name: local.csi.stowage.dev, backend: local}
proxmox:
  clusters:
    - name: pve
      region: pve
      endpoints: [https://pve1:8006, https://pve2]
      tls: {caFile: /etc/stowage/config/pve-ca.pem}
      credentialsDir: /etc/stowage/credentials/pve
local: {path: /var/lib/stowage}
`

describe('the configuration', () => {
  test('is read whole', () => {
    expect(parseConfig(good, 'config.yaml')).toEqual({
      findings: [],
      config: {
        drivers: [
          { name: 'proxmox.csi.stowage.dev', backend: 'proxmox' },
          { name: 'csi.proxmox.sinextra.dev', backend: 'proxmox' },
          { name: 'local.csi.stowage.dev', backend: 'local' },
        ],
        proxmox: { clusters: [{ name: 'pve', region: 'pve', endpoints: ['https://pve1:8006', 'https://pve2:8006'], tls: { caFile: '/etc/stowage/config/pve-ca.pem' }, credentialsDir: '/etc/stowage/credentials/pve' }] },
        local: { path: '/var/lib/stowage' },
      },
    })
  })

  test.each([
    ['an unknown key', good.replace('credentialsDir:', 'credentialDir:'), 'did you mean "credentialsDir"?', 11],
    ['an endpoint without TLS', good.replace('https://pve1:8006', 'http://pve1:8006'), 'https address', 9],
    ['a backend without its section', good.replace('local: {path: /var/lib/stowage}\n', ''), 'needs the section local', 4],
    ['a name that stands twice', good.replace('csi.proxmox.sinextra.dev', 'proxmox.csi.stowage.dev'), 'stands twice', 3],
    ['two kinds of trust', good.replace('{caFile:', '{insecure: true, caFile:'), 'one of caFile', 10],
    ['a relative path', good.replace('/var/lib/stowage', 'var/lib/stowage'), 'absolute path', 12],
    ['no YAML', `${good}\n\t- x`, '', 14],
  ])('%s is refused with its place', (_, text, sentence, line) => {
    const { config, findings } = parseConfig(text, 'config.yaml')
    expect(config).toBeUndefined()
    const found = findings.find((finding) => `${finding.message} ${finding.remedy ?? ''}`.includes(sentence))
    expect(found, JSON.stringify(findings)).toBeDefined()
    expect(found?.position?.line).toBe(line)
  })

  test('every fault is told', () => {
    const { findings } = parseConfig('drivers: [{name: A_B, backend: nfs}]\nlocals: {}\nproxmox: {clusters: []}\n', 'config.yaml')
    expect(findings.length).toBeGreaterThanOrEqual(4)
  })
})

const directory = '/etc/stowage/credentials/pve'
const cluster: ClusterConfig = { name: 'pve', region: 'home', endpoints: ['https://pve1:8006'], tls: {}, credentialsDir: directory }

async function reading<T>(files: Readonly<Record<string, string>>, work: (source: ReturnType<typeof credentialsSource>, put: (name: string, text: string) => Promise<void>, pause: (ms: number) => Promise<void>) => Promise<T>, config = cluster): Promise<T> {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('driver')
  return world.run(async () => {
    await effects.files.makeDirectory(directory)
    const put = (name: string, text: string): Promise<void> => effects.files.writeAtomic(`${directory}/${name}`, text)
    for (const [name, text] of Object.entries(files)) await put(name, text)
    return work(credentialsSource(effects, config), put, (ms) => effects.clock.sleep(ms))
  })
}

describe('credentials', () => {
  test('are two files, and a CA beside them is trusted', async () => {
    await reading({ token_id: 'csi@pve!t\n', token_secret: 's\n', 'ca.crt': 'PEM' }, async (source) => {
      expect(await source.current()).toEqual({ endpoints: ['https://pve1:8006'], tokenId: 'csi@pve!t', tokenSecret: 's', tls: { ca: 'PEM' } })
    })
  })

  test('are read again when they change, at once when asked to', async () => {
    await reading({ token_id: 'csi@pve!t', token_secret: 'old' }, async (source, put, pause) => {
      await source.current()
      await put('token_secret', 'new')
      expect((await source.current()).tokenSecret).toBe('old')
      expect((await source.reread()).tokenSecret).toBe('new')
      await put('token_secret', 'newer')
      await pause(11_000)
      expect((await source.current()).tokenSecret).toBe('newer')
    })
  })

  test("are the existing plugin's config.yaml as it is: address, trust and token of the region", async () => {
    const text = 'clusters:\n- {url: "https://other:8006/api2/json", token_id: a@b!c, token_secret: x, region: away}\n- {url: "https://pve.example:8006/api2/json", insecure: true, token_id: csi@pve!t, token_secret_file: secret, region: home}\n'
    await reading({ 'config.yaml': text, secret: 'from a file\n' }, async (source) => {
      expect(await source.current()).toEqual({ endpoints: ['https://pve.example:8006'], tokenId: 'csi@pve!t', tokenSecret: 'from a file', tls: { insecure: true } })
    }, { ...cluster, endpoints: [] })
  })

  test.each([
    ['nothing', {}, /neither token_id and token_secret nor config.yaml/],
    ['a secret where the id belongs', { token_id: '12345', token_secret: 's' }, /user@realm!name/],
    ['a user name and a password', { 'config.yaml': 'clusters: [{url: "https://x", username: a, password: hunter2, region: home}]' }, /make an API token/],
    ['another region', { 'config.yaml': 'clusters: [{url: "https://x", token_id: a@b!c, token_secret: hunter2, region: away}]' }, /no cluster of the region home \(it has away\)/],
    ['no YAML', { 'config.yaml': 'clusters: [hunter2' }, /not YAML/],
  ])('that hold %s are refused without telling a secret', async (_, files, sentence) => {
    await reading(files, async (source) => {
      const failure = await source.current().then(() => undefined, (error: unknown) => error)
      expect(failure).toMatchObject({ kind: 'denied', message: expect.stringMatching(sentence) })
      expect(JSON.stringify(failure) + String(failure)).not.toMatch(/hunter2|12345/)
    })
  })
})
