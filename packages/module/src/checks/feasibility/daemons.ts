/** Whether monitors, managers and metadata servers find nodes. */
import { atLeast } from './count.ts'
import type { FactBook } from './fact-book.ts'
import type { CephModel, FilesystemModel } from './model.ts'
import { holds, unknown, violated, type Proof, type Proven } from './proof.ts'
import { schedulableNodes, type SchedulableNodes } from './schedulable.ts'
import { count, factWords, howToSettle, listed, numberWord } from './words.ts'

export function proveDaemons(model: CephModel, book: FactBook): readonly Proof[] {
  return [monitors(model, book), managers(model, book), ...model.filesystems.map((filesystem) => metadataServers(model, filesystem, book))]
}

/** Rook places each monitor on a node of its own (required anti-affinity) unless allowMultiplePerNode. */
function monitors(model: CephModel, book: FactBook): Proof {
  const about: Proven = { check: 'mons-need-more-nodes', object: `cluster/${model.clusterName}`, path: [...model.path, 'mon', 'count'], severity: 'error' }
  const nodes = schedulableNodes(model, 'mon', [model.at(['placement', 'all']), model.at(['placement', 'mon'])], book)
  if (model.mon.allowMultiplePerNode) return holds(about)
  const fewer = nodes.max % 2 === 1 ? nodes.max : nodes.max - 1
  const remedy = fewer >= 3 ? `add nodes, or write mon.count: ${fewer}` : 'add nodes: fewer than three monitors leave none to lose'
  const wanted = `${count(model.mon.count, 'monitor')} need ${count(model.mon.count, 'node')}, one each`
  return judge(about, nodes, model.mon.count, wanted, 'Rook would wait for the rest, and the cluster would never form', remedy)
}

/** Rook keeps managers apart in the same way; the cluster works with one, so this is no refusal. */
function managers(model: CephModel, book: FactBook): Proof {
  const about: Proven = { check: 'mgrs-need-more-nodes', object: `cluster/${model.clusterName}`, path: [...model.path, 'mgr', 'count'], severity: 'warning' }
  const nodes = schedulableNodes(model, 'mgr', [model.at(['placement', 'all']), model.at(['placement', 'mgr'])], book)
  if (model.mgr.allowMultiplePerNode) return holds(about)
  return judge(about, nodes, model.mgr.count, `${count(model.mgr.count, 'manager')} need ${count(model.mgr.count, 'node')}, one each`, 'the rest would wait for a node for ever', `add nodes, or write mgr.count: ${Math.max(1, nodes.max)}`)
}

/** Rook runs as many standbys as there are active ones, rather apart; on the host network always apart (pkg/operator/ceph/file/mds). */
function metadataServers(model: CephModel, { name, path, activeCount }: FilesystemModel, book: FactBook): Proof {
  const about: Proven = { check: 'mds-need-more-nodes', object: `filesystem/${name}`, path: [...path, 'metadataServer', 'activeCount'], severity: 'warning' }
  const placement = model.at(['filesystems', name, 'metadataServer', 'placement'])
  const nodes = schedulableNodes(model, 'mds', [model.at(['placement', 'all']), placement], book)
  const daemons = 2 * activeCount
  const consequence = model.hostNetwork ? 'on the host network no two share a node, so the rest would never start' : 'an active one and its standby could then fall together'
  return judge(about, nodes, daemons, `filesystem ${name} runs ${count(daemons, 'metadata server')}, ${numberWord(activeCount)} active and ${numberWord(activeCount)} standby, best each on a node of its own`, consequence, `add nodes, or lower activeCount`)
}

function judge(about: Proven, nodes: SchedulableNodes, need: number, wanted: string, consequence: string, remedy: string): Proof {
  const verdict = atLeast({ ...nodes, steps: [] }, need)
  if (verdict === 'holds') return holds(about)
  if (verdict === 'violated') return violated(about, `${wanted}; the cluster has ${count(nodes.max, 'node')} that can take them: ${consequence}`, remedy)
  return unknown(about, `${wanted}; ${whatIsKnown(nodes)}`, nodes.restricted ? 'look at the labels of the nodes that placement asks for' : howToSettle(nodes.deciding), nodes.deciding)
}

function whatIsKnown({ min, names, uncounted, restricted, deciding }: SchedulableNodes): string {
  if (restricted) return 'placement chooses nodes by their labels, which are not among the facts'
  const known = names.length === 0 ? 'no node is known to take pods' : `${count(min, 'node')} ${min === 1 ? 'is' : 'are'} known to take pods (${listed(names)})`
  return uncounted ? `${known}, and how many more the cluster has is not` : `${known}, but not ${listed(deciding.map(factWords))}`
}
