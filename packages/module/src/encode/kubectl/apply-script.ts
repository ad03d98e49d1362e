/** `apply.sh`: the numbered files and the releases in order, waiting in between. POSIX sh; holds no secret and asks for none. */
import type { Plan } from '../../plan/plan.ts'
import { fileMark, type EncodedFile } from '../encoded-file.ts'
import { chartWords, valuesFile } from '../release-values.ts'
import { commandLine, comment, quote } from '../shell-text.ts'
import { releaseName, stepsOf, type ObjectStep, type ReleaseStep, type Step } from '../steps.ts'
import { needsCommands, needsFunctions } from './needs.ts'
import { releaseWaits, waitsOf } from './waits.ts'

export function applyScript(plan: Plan): EncodedFile {
  const steps = stepsOf(plan)
  const namespaces = steps.filter(({ phase }) => phase === 'namespace')
  const others = steps.filter(({ phase }) => phase !== 'namespace')
  const programs = plan.helmReleases.length === 0 ? 'kubectl' : 'kubectl helm'
  const content = `#!/bin/sh
${fileMark}
# Applies everything in order. It can be run again at any time; what is as it should be stays as it is.
set -eu
cd -- "$(dirname -- "$0")"
for program in ${programs}; do
  command -v "$program" >/dev/null || { echo "$program is not here: install it first" >&2; exit 1; }
done
${needsFunctions}${namespaces.map(stepText).join('')}${needsCommands(plan)}${others.map(stepText).join('')}
step 'everything is applied'
`
  return { path: 'apply.sh', content, mode: 0o755 }
}

function stepText(step: Step): string {
  return `\nstep ${quote(step.file)}\n${step.kind === 'objects' ? objectCommands(step) : releaseCommands(step)}\n`
}

function objectCommands({ file, objects }: ObjectStep): string {
  return [commandLine('kubectl', 'apply', '--server-side', '--field-manager=stowage', '--filename', `${file}.yaml`), ...objects.flatMap(waitsOf)].join('\n')
}

function releaseCommands({ release }: ReleaseStep): string {
  const values = valuesFile(release, 'helm').path
  const install = commandLine('helm', 'upgrade', '--install', releaseName(release), ...chartWords(release), '--namespace', release.namespace, '--values', values, '--wait', '--timeout', '15m')
  return [comment(release.reason), install, ...releaseWaits(release)].join('\n')
}
