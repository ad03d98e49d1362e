/** Encryption, compression and msgr2 alone on the wire need Linux 5.11 wherever volumes are mounted (Rook, CephCluster network.connections). */
import { values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import type { CephModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { howToSettle, listed } from './words.ts'

const needed = [5, 11] as const

export function proveKernels(model: CephModel, book: FactBook): readonly Proof[] {
  if (model.networkFeatures.length === 0) return []
  const about: Proven = { check: 'network-needs-newer-kernel', object: `cluster/${model.clusterName}`, path: [...model.path, 'network', model.networkFeatures[0] ?? ''], severity: 'error' }
  const lists = values(book.said('cluster', 'nodes')).map((names) => String(names).split(','))
  const listedNodes = lists.flat()
  const nodes = [...new Set([...model.hosts.map(({ name }) => name).filter((name) => lists.length === 0 || listedNodes.includes(name)), ...book.nodes, ...listedNodes])]
  const kernels = nodes.map((name) => ({ name, said: values(book.said(`node/${name}`, 'kernel')).map(String) }))
  const old = kernels.filter(({ said }) => said.length > 0 && said.every(isOld))
  const what = `network.${listed(model.networkFeatures)} ${model.networkFeatures.length === 1 ? 'needs' : 'need'} Linux 5.11 wherever volumes are mounted`
  if (old.length > 0) {
    return [violated(about, `${what}, and ${listed(old.map(({ name, said }) => `${name} runs ${said[0] ?? ''}`))}: nothing could be mounted there`, `bring these nodes to a newer kernel, or remove network.${listed(model.networkFeatures)}`)]
  }
  const open = kernels.filter(({ said }) => said.length === 0 || said.some((one) => isOld(one) || !isReadable(one))).map(({ name }) => `node/${name} kernel`)
  const deciding = [...open, ...(lists.length === 1 ? [] : ['cluster nodes'])]
  if (deciding.length === 0) return [holds(about)]
  const missing = open.length > 0 ? `the kernel of ${listed(open.map((fact) => fact.slice('node/'.length, -' kernel'.length)), 'and')}` : 'which other nodes the cluster has'
  return [unknown(about, `${what}, and ${missing} is not known`, howToSettle(deciding), deciding)]
}

const version = /^v?(\d+)\.(\d+)/

/** What begins like no release is as good as unknown. */
function isReadable(release: string): boolean {
  return version.test(release)
}

function isOld(release: string): boolean {
  const [, major, minor] = version.exec(release) ?? []
  if (major === undefined || minor === undefined) return false
  return Number(major) < needed[0] || (Number(major) === needed[0] && Number(minor) < needed[1])
}
