/** The scripts that are rendered, run by a real shell against programs that write down what they were asked. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodings } from '../src/encode/index.ts'
import { accessActions, object, samplePlan } from '../src/encode/sample-plan.test-data.ts'
import type { Plan } from '../src/plan/plan.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stowage scripts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, content: string, mode = 0o644): void {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, content, { mode })
}

function render(format: 'kubectl' | 'helm', plan: Plan): void {
  for (const { path, content, mode } of encodings[format](plan, {})) write(`out/${path}`, content, mode)
}

/** Programs that note their words, one to a line, and then do what `body` says. */
function programs(bodies: Readonly<Record<string, string>>): void {
  for (const [name, body] of Object.entries(bodies)) write(`bin/${name}`, `#!/bin/sh\n{ printf '%s' ${name}; for word; do printf ' <%s>' "$word"; done; echo; } >> "${folder}/asked"\n${body}\n`, 0o755)
}

function run(script: string): { readonly code: number | null; readonly stderr: string; readonly asked: readonly string[] } {
  const { status, stderr } = spawnSync(join(folder, 'out', script), { encoding: 'utf8', cwd: tmpdir(), env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } })
  let asked = ''
  try {
    asked = readFileSync(join(folder, 'asked'), 'utf8')
  } catch {
    // nothing was asked
  }
  return { code: status, stderr, asked: asked.split('\n').filter((line) => line !== '') }
}

test('apply.sh goes through everything in order, from any directory, and waits for what the next step needs', () => {
  programs({ kubectl: 'exit 0', helm: 'exit 0' })
  render('kubectl', samplePlan)
  const { code, asked } = run('apply.sh')
  expect(code).toBe(0)
  const at = (part: string): number => asked.findIndex((line) => line.includes(part))
  expect(at('<05-namespace.yaml>')).toBe(0)
  const order = ['<get> <secret> <pve-token>', '<10-crds.yaml>', '<crd/volumesnapshots.snapshot.storage.k8s.io>', '<rook-ceph> <rook-ceph> <--repo>', '<crd/cephclusters.ceph.rook.io>', '<45-workloads.yaml>', '<rollout> <status>', '<50-cluster.yaml>', '<--for=jsonpath={.status.phase}=Ready> <cephcluster.ceph.rook.io/ceph>', '<55-pools.yaml>', '<--install> <backup> <velero>', '<79-velero-after.yaml>', '<80-locations.yaml>']
  expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b))
  expect(order.filter((part) => at(part) === -1)).toEqual([])
  expect(asked.find((line) => line.includes('ceph-csi-drivers'))).toContain('<--install> <ceph-csi-drivers> <oci://registry.example/charts/ceph-csi-drivers> <--version> <1.0.4+build>')
})

test('what must be there before is asked for at once, and nothing is applied without it', () => {
  programs({ kubectl: 'case "$1" in get) exit 1;; esac', helm: 'exit 0' })
  const secrets = [{ namespace: 'velero', name: 'repo', key: 'password', source: { from: 'environment' as const, variable: 'REPO_PASSWORD' }, reason: 'the password of the repository', before: [] }]
  render('kubectl', { ...samplePlan, secrets })
  const { code, stderr, asked } = run('apply.sh')
  expect(code).toBe(1)
  expect(stderr).toContain("missing: Secret storage/pve-token (the API token; it's never part of a plan)")
  expect(stderr).toContain('missing: Secret velero/repo (key password, from the environment variable REPO_PASSWORD: the password of the repository)')
  expect(asked.filter((line) => line.includes('<apply>'))).toHaveLength(1)
})

test('a step that fails is the last one', () => {
  programs({ kubectl: 'case "$*" in *50-cluster*) exit 3;; esac', helm: 'exit 0' })
  render('kubectl', samplePlan)
  const { code, asked } = run('apply.sh')
  expect(code).toBe(3)
  expect(asked.at(-1)).toContain('<50-cluster.yaml>')
})

test('without its programs the script says which one is missing', () => {
  programs({ kubectl: 'exit 0' })
  render('kubectl', samplePlan)
  expect(run('apply.sh')).toMatchObject({ code: 1, stderr: 'helm is not here: install it first\n', asked: [] })
})

test('names and reasons are words to the shell, whatever is in them', () => {
  programs({ kubectl: 'exit 0', helm: 'exit 0' })
  const evil = `$(touch ${join(folder, 'pwned')}) \`touch pwned\`; ' " \\ \n touch pwned`
  render('kubectl', {
    ...samplePlan,
    objects: [object('cluster', 'v1', 'Thing', 'a', { reason: evil, ready: { fields: { 'status.phase': evil } } })],
    needs: [{ kind: 'Secret', namespace: 'storage', name: 'x', reason: evil }],
    helmReleases: samplePlan.helmReleases.slice(0, 1).map((one) => ({ ...one, reason: evil, chart: { ...one.chart, version: evil } })),
  })
  const { code, asked } = run('apply.sh')
  expect(code).toBe(0)
  expect(asked.join('\n')).toContain(`<--for=jsonpath={.status.phase}=${evil}>`)
  expect(spawnSync('find', [folder, '-name', 'pwned'], { encoding: 'utf8' }).stdout).toBe('')
})

test('install.sh installs every chart in order, the plan’s own among them', () => {
  programs({ kubectl: 'exit 0', helm: 'exit 0' })
  render('helm', samplePlan)
  const { code, asked } = run('install.sh')
  expect(code).toBe(0)
  const installed = asked.filter((line) => line.startsWith('helm')).map((line) => /<--install> <([^>]+)>/.exec(line)?.[1])
  expect(installed).toEqual(['home-namespace-kept', 'home-crds-kept', 'home-config', 'rook-ceph', 'ceph-csi-drivers', 'home-workloads', 'home-cluster-kept', 'home-pools-kept', 'home-classes', 'home-claims-kept', 'home-velero', 'backup', 'home-velero-after', 'home-locations', 'home-schedules'])
})

test('on Proxmox: what is there is changed, what is not is made, and a token is made once', () => {
  const plan = { ...samplePlan, hostActions: accessActions }
  programs({ pveum: 'case "$2" in modify) case "$1" in acl) exit 0;; *) exit 1;; esac;; token) case "$3" in list) echo "[]";; esac;; esac' })
  render('kubectl', plan)
  const first = run('proxmox-pve.sh')
  expect(first.code).toBe(0)
  expect(first.asked).toEqual([
    'pveum <role> <modify> <CSI> <--privs> <VM.Audit VM.Config.Disk>',
    'pveum <role> <add> <CSI> <--privs> <VM.Audit VM.Config.Disk>',
    "pveum <user> <modify> <csi@pve> <--comment> <the cluster's driver>",
    "pveum <user> <add> <csi@pve> <--comment> <the cluster's driver>",
    'pveum <user> <token> <list> <csi@pve> <--output-format> <json>',
    'pveum <user> <token> <add> <csi@pve> <k8s> <--privsep> <1>',
    'pveum <acl> <modify> </vms/101> <--roles> <CSI> <--tokens> <csi@pve!k8s> <--propagate> <0>',
  ])
  rmSync(join(folder, 'asked'))
  programs({ pveum: 'case "$3" in list) echo \'[{"tokenid":"k8s"}]\';; esac' })
  expect(run('proxmox-pve.sh').asked.filter((line) => line.includes('<add>'))).toEqual([])
})
