import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { HttpFailure } from '../http.ts'
import type { TlsTrust } from '../http.ts'
import { codeOf } from './failure-code.ts'

type OnSocket = (error: Error | null, socket?: Socket) => void

interface Target {
  readonly host?: string
  readonly hostname?: string
  readonly port?: number | string
}

/**
 * An agent that hands a socket over only when it is connected and its peer is trusted: no byte of a request, and so no
 * token, reaches a server that is not, and every error after that belongs to the answer.
 */
export function createAgents(): { agentFor(protocol: string, trust: TlsTrust | undefined): HttpAgent; close(): void } {
  const agents = new Map<string, HttpAgent>()
  return {
    agentFor(protocol, trust) {
      const key = protocol === 'http:' ? 'http' : JSON.stringify([trust?.ca, trust?.fingerprint, trust?.certificate, trust?.key, trust?.insecure])
      const agent = agents.get(key) ?? (protocol === 'http:' ? plainAgent() : trustingAgent(trust ?? {}))
      agents.set(key, agent)
      return agent
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

function plainAgent(): HttpAgent {
  const agent = new HttpAgent({ keepAlive: true })
  return withConnect(agent, (target, done) => connectPlain(target, done))
}

function trustingAgent(trust: TlsTrust): HttpAgent {
  const agent = new HttpsAgent({ keepAlive: true })
  return withConnect(agent, (target, done) => connectPlain(target, (error, socket) => (socket === undefined ? done(error) : secure(socket, target, trust, done))))
}

function withConnect(agent: HttpAgent, connect: (target: Target, done: OnSocket) => void): HttpAgent {
  Object.defineProperty(agent, 'createConnection', {
    value: (target: Target, done: OnSocket) => {
      connect(target, done)
    },
  })
  return agent
}

function connectPlain(target: Target, done: OnSocket): void {
  const host = target.hostname ?? target.host ?? 'localhost'
  const socket = connectTcp({ host, port: Number(target.port), autoSelectFamily: true, noDelay: true })
  const onError = (error: Error): void => done(new HttpFailure('connect', codeOf(error), `cannot connect to ${host}:${target.port}: ${messageOf(error)}`, error))
  socket.once('error', onError)
  socket.once('connect', () => {
    socket.removeListener('error', onError)
    done(null, socket)
  })
}

function secure(plain: Socket, target: Target, trust: TlsTrust, done: OnSocket): void {
  const host = target.hostname ?? target.host ?? 'localhost'
  const where = `${host}:${target.port}`
  const socket = connectTls({ socket: plain, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : { host }), ...trustOptions(trust) })
  const onError = (error: Error): void => {
    plain.destroy()
    done(new HttpFailure('tls', codeOf(error), `cannot trust or agree with ${where} over TLS: ${messageOf(error)}`, error))
  }
  socket.once('error', onError)
  socket.once('secureConnect', () => {
    const seen = socket.getPeerCertificate().fingerprint256
    if (trust.fingerprint !== undefined && normal(trust.fingerprint) !== normal(seen ?? '')) {
      socket.destroy()
      return done(new HttpFailure('tls', 'FINGERPRINT_MISMATCH', `the certificate of ${where} has the SHA-256 fingerprint ${seen}, not the expected ${trust.fingerprint}`))
    }
    socket.removeListener('error', onError)
    done(null, socket)
  })
}

function trustOptions(trust: TlsTrust): ConnectionOptions {
  return {
    rejectUnauthorized: trust.insecure !== true && trust.fingerprint === undefined,
    ...(trust.ca !== undefined && { ca: trust.ca }),
    ...(trust.certificate !== undefined && { cert: trust.certificate }),
    ...(trust.key !== undefined && { key: trust.key }),
  }
}

function normal(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}

/** An AggregateError (several addresses tried) has an empty message of its own. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join('; ')
  return error.message
}
