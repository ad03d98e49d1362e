/** Wrong on purpose: each tool has to refuse something before its acceptance counts. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { EncodedFile } from '@stowage/module'
import { accepted, refused, type Control, type Site, type Verdict } from './row.ts'
import { healthCommand, healthOf, readByArgocd, readCommand } from './rows/argocd.ts'
import { conform, conformCommand } from './rows/conform.ts'
import { fluxBuilds, fluxCommand } from './rows/flux.ts'
import { fluxHealthCommand, fluxSays } from './rows/flux-health.ts'
import { kustomize, kustomizeCommand } from './rows/kustomize.ts'
import { linted } from './rows/releases.ts'
import { checkedRules, promtoolCommand } from './rows/rules.ts'
import { parsed, scriptCommand } from './rows/scripts.ts'
import { eachModule, planned, twinCommand, twinFiles, validateCommand, validated } from './rows/terraform.ts'
import { saidBy, type Ran } from './run-tool.ts'
import { writeFiles } from './site-files.ts'

const cluster = 'apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata: { name: ceph, namespace: storage }\nspec: { dataDirHostPaths: /var/lib/rook }\n'
const numberForText = 'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: fast }\nprovisioner: proxmox.csi.stowage.dev\nparameters: { ssd: 1 }\n'
const unknownMetadata = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: storage, lables: {} }\n'
const badExpression = { groups: [{ name: 'storage', rules: [{ alert: 'Full', expr: 'kubelet_volume_stats_used_bytes >' }] }] }
const badLua = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', labels: { 'app.kubernetes.io/part-of': 'argocd' } }, data: { 'resource.customizations.health.ceph.rook.io_CephCluster': 'return {status = "Healthy"\n' } }
const application = stringify({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'storage' },
  spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc' }, source: { repoURL: 'https://git.example/infra.git', path: 'storage' }, syncPolicy: { syncOptionz: ['ServerSideApply=true'] } },
})
const kustomization = stringify({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'storage', namespace: 'flux-system' }, spec: { interval: '10m', path: './step', prune: true, sourceRef: { kind: 'GitRepository', name: 'infra' } } })
const listing = (resource: string): string => stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [resource] })

export const controls: readonly Control[] = [
  { what: 'a misspelled field of a CephCluster', command: conformCommand, needs: ['kubeconform'], because: /dataDirHostPaths/, run: (site) => conform(site, cluster) },
  { what: 'a number where a class wants text', command: conformCommand, needs: ['kubeconform'], because: /got number, want string/, run: (site) => conform(site, numberForText) },
  { what: 'a misspelled field of metadata', command: conformCommand, needs: ['kubeconform'], because: /lables/, run: (site) => conform(site, unknownMetadata) },
  { what: 'a kind that nobody knows', command: conformCommand, needs: ['kubeconform'], because: /could not find schema/, run: (site) => conform(site, cluster.replaceAll('CephCluster', 'CephClutter')) },
  { what: "values that Velero's schema forbids", command: 'helm lint', needs: ['helm'], because: /snapshotsEnabled/, run: valuesForVelero },
  { what: 'an object that stands there twice', command: kustomizeCommand, needs: ['kustomize', 'helm'], because: /ID conflict|may not add resource with an already registered id/, run: twice },
  { what: 'an Application with a misspelled field', command: readCommand, needs: ['argocd'], because: /syncOptionz/, run: (site) => readByArgocd(site, application) },
  { what: 'a health check that is not Lua', command: healthCommand, needs: ['argocd'], because: /parse error|syntax error/, run: brokenHealth },
  { what: 'a step whose file is not there', command: fluxCommand, needs: ['flux'], because: /objects\.yaml/, run: withoutObjects },
  { what: 'a health check that is not CEL', command: fluxHealthCommand, needs: ['flux-health'], because: /failed to parse the expression/, run: brokenExpression },
  { what: 'an unknown word in lifecycle', command: validateCommand, needs: ['tofu'], because: /forever/, run: (site) => eachModule([main({ lifecycle: { forever: true } })], site, (folder) => validated(site, folder)) },
  { what: 'a resource that waits for none', command: twinCommand, needs: ['tofu'], because: /undeclared resource/, run: (site) => eachModule(twinFiles([main({ depends_on: ['helm_release.gone'] })]), site, (folder) => planned(site, folder)) },
  { what: 'a file of values that is not there', command: twinCommand, needs: ['tofu'], because: /no file exists/, run: (site) => eachModule(twinFiles([main({ values: ['${file("${path.module}/gone.yaml")}'] })]), site, (folder) => planned(site, folder)) },
  { what: 'a quote that is not closed', command: scriptCommand, needs: [], because: /[Uu]nterminated|unexpected/, run: (site) => parsed(site, [{ path: 'apply.sh', content: "echo 'half\n" }]) },
  { what: 'an expression that ends too early', command: promtoolCommand, needs: ['promtool'], because: /unexpected end of input/, run: (site) => checkedRules(site, [badExpression]) },
]

function main(body: object): EncodedFile {
  return { path: 'main.tf.json', content: JSON.stringify({ resource: { helm_release: { rook: { name: 'rook-ceph', ...body } } } }) }
}

function verdictOf(ran: Ran): Verdict {
  return ran.code === 0 ? accepted('it was built') : refused(saidBy(ran))
}

async function valuesForVelero(site: Site): Promise<Verdict> {
  const values = join(await site.folder(), 'values.yaml')
  await writeFile(values, 'snapshotsEnabled: sometimes\n')
  const velero = site.charts.all.find(({ name }) => name === 'velero')
  if (velero === undefined) throw new Error('there is no chart velero on the shelf')
  return linted(site, velero, values)
}

async function twice(site: Site): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, [{ path: 'kustomization.yaml', content: listing('objects.yaml') }, { path: 'objects.yaml', content: `${unknownMetadata}---\n${unknownMetadata}` }])
  return verdictOf(await kustomize(site, folder))
}

async function withoutObjects(site: Site): Promise<Verdict> {
  const folder = await site.folder()
  await writeFiles(folder, [{ path: 'kustomizations.yaml', content: kustomization }, { path: 'steps/a/kustomization.yaml', content: listing('objects.yaml') }])
  return verdictOf(await fluxBuilds(site, 'storage', join(folder, 'steps/a'), join(folder, 'kustomizations.yaml')))
}

async function brokenHealth(site: Site): Promise<Verdict> {
  const settings = join(await site.folder(), 'argocd-cm.yaml')
  await writeFile(settings, stringify(badLua))
  const said = await healthOf(site, settings, { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', metadata: { name: 'ceph' } })
  return said === 'Healthy' ? accepted(said) : refused(said)
}

async function brokenExpression(site: Site): Promise<Verdict> {
  const said = await fluxSays(site, "status.phase = 'Ready'", { status: { phase: 'Ready' } })
  return said === 'Current' ? accepted(said) : refused(said)
}
