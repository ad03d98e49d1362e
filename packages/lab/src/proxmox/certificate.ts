import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface ServerCertificate {
  /** What a client has to trust. */
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
  /** SHA-256 of the server's certificate, as Proxmox shows it: upper-case hex with colons. */
  readonly fingerprint: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 24 * 3_600_000

/**
 * A CA of its own and a server certificate from it, good for 30 days. `names` are host names and IPv4 addresses.
 * For real time only: keys come from the platform's own chance.
 */
export async function createServerCertificate(nowMs: number, names: readonly string[]): Promise<ServerCertificate> {
  const life = { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + 30 * dayMs), signingAlgorithm: algorithm }
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      ...life,
      name: 'CN=Proxmox Virtual Environment, OU=lab, O=PVE Cluster Manager CA',
      keys: caKeys,
      extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
    },
    webcrypto,
  )
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create(
    {
      ...life,
      subject: `CN=${names[0] ?? 'localhost'}, OU=PVE Cluster Node, O=Proxmox Virtual Environment`,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      extensions: [
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: /^\d+(\.\d+){3}$/.test(value) ? 'ip' : 'dns', value }))),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      ],
    },
    webcrypto,
  )
  return {
    caPem: ca.toString('pem'),
    certPem: certificate.toString('pem'),
    keyPem: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    fingerprint: fingerprintOf(certificate.rawData),
  }
}

function fingerprintOf(der: ArrayBuffer): string {
  const hex = createHash('sha256').update(new Uint8Array(der)).digest('hex').toUpperCase()
  return hex.match(/../g)?.join(':') ?? ''
}
