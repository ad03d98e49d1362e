/** The plan as Helm charts: the plan's own objects as small charts, other people's charts by version and values, and a script that installs them in order. */
import type { Plan } from '../../plan/plan.ts'
import { guardedSteps, type GuardedStep } from '../chart/guarded-charts.ts'
import { localChart } from '../chart/local-chart.ts'
import { fileMark, type EncodedFile } from '../encoded-file.ts'
import { needsCommands, needsFunctions } from '../kubectl/needs.ts'
import { releaseWaits, waitsOf } from '../kubectl/waits.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme, type Manual } from '../readme.ts'
import { referencesOnly } from '../references-only.ts'
import { chartWords, valuesFile } from '../release-values.ts'
import { commandLine, quote } from '../shell-text.ts'
import { releaseName } from '../steps.ts'
import { recordNamespace } from '../terraform/encode-terraform.ts'

export function encodeHelm(plan: Plan): readonly EncodedFile[] {
  referencesOnly(plan, 'helm')
  const steps = guardedSteps(plan)
  return [
    ...steps.flatMap((step) => (step.kind === 'chart' ? localChart(step.chart, `charts/${step.chart.name}`) : [valuesFile(step.step.release, 'values')])),
    { path: 'install.sh', content: installScript(plan, steps), mode: 0o755 },
    ...pveumScripts(plan),
    readme(plan, manual),
  ]
}

function installScript(plan: Plan, steps: readonly GuardedStep[]): string {
  const namespaces = steps.filter(({ step }) => step.phase === 'namespace')
  const others = steps.filter(({ step }) => step.phase !== 'namespace')
  return `#!/bin/sh
${fileMark}
# Installs or upgrades everything in order, and waits in between. It can be run again at any time.
set -eu
cd -- "$(dirname -- "$0")"
for program in kubectl helm; do
  command -v "$program" >/dev/null || { echo "$program is not here: install it first" >&2; exit 1; }
done
${needsFunctions}${namespaces.map(stepText).join('')}${needsCommands(plan)}${others.map(stepText).join('')}
step 'everything is installed'
`
}

function stepText(step: GuardedStep): string {
  return `\nstep ${quote(step.kind === 'chart' ? step.chart.name : step.step.file)}\n${stepCommands(step).join('\n')}\n`
}

function stepCommands(step: GuardedStep): readonly string[] {
  if (step.kind === 'chart') {
    const { name, objects } = step.chart
    // A namespace that was made by hand, to put a Secret into it, becomes the chart's.
    return [commandLine('helm', 'upgrade', '--install', name, `./charts/${name}`, '--namespace', recordNamespace, '--take-ownership', '--wait', '--timeout', '15m'), ...objects.flatMap(waitsOf)]
  }
  const { release } = step.step
  const values = valuesFile(release, 'values').path
  return [commandLine('helm', 'upgrade', '--install', releaseName(release), ...chartWords(release), '--namespace', release.namespace, '--values', values, '--wait', '--timeout', '15m'), ...releaseWaits(release)]
}

const manual: Manual = {
  tool: 'Helm',
  use: ['`./install.sh` installs or upgrades every chart in order. Helm keeps the records of the charts below `charts/` in kube-system, because that namespace is there before any other is made.'],
  order: ['What holds data, namespaces and definitions are in charts of their own, whose names end in `-kept`. Nothing in the objects is a template: each chart hands on one file as it is.', 'Helm adds its own label `app.kubernetes.io/managed-by: Helm` and annotations `meta.helm.sh/…`, and keeps a release in one Secret of at most 1 MiB.'],
  removing: ['Objects of the charts that end in `-kept` carry `helm.sh/resource-policy: keep`: `helm uninstall` leaves them in the cluster. Delete by name what shall go, claims and volumes last.'],
  renaming: ['The new object is made; the old one is deleted by Helm unless it holds data, in which case it stays until it is deleted by hand.'],
}
