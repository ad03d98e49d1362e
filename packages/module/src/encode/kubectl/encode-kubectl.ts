/** The plan as files for `kubectl apply --server-side -f`, numbered by phase, and as one stream. Both hold the same objects. */
import type { Plan } from '../../plan/plan.ts'
import { documents } from '../documents.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { noSecrets } from '../no-secrets.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme } from '../readme.ts'
import { chartWords, valuesFile } from '../release-values.ts'
import { releaseName, stepsOf } from '../steps.ts'
import { applyScript } from './apply-script.ts'


/** One file for each phase that has objects, `apply.sh` that goes through them in order, and the values of the releases in `helm/`. */
export function encodeKubectl(plan: Plan): readonly EncodedFile[] {
  return [...numberedFiles(plan), ...plan.helmReleases.map((release) => valuesFile(release, 'helm')), applyScript(plan), ...pveumScripts(plan), readme(plan, manual)]
}

/** Their names sort in the order in which they are applied. */
export function numberedFiles(plan: Plan, folder = ''): readonly EncodedFile[] {
  return stepsOf(plan).flatMap((step) => (step.kind === 'objects' ? [yamlFile(`${folder}${step.file}.yaml`, documents(step.objects))] : []))
}

/** The whole plan as one stream of YAML documents, in order. Releases cannot be in it: they are named at its beginning. */
export function encodeYaml(plan: Plan): string {
  noSecrets(plan)
  const left = [
    ...plan.helmReleases.map((release) => `# Not in this stream: helm upgrade --install ${releaseName(release)} ${chartWords(release).join(' ')} --namespace ${release.namespace} (its values: stowage render -o kubectl)\n`),
    ...plan.secrets.map(({ namespace, name, key }) => `# Not in this stream: Secret ${namespace}/${name}, key ${key}\n`),
  ]
  return `${left.join('')}${documents(plan.objects)}`
}

const manual = {
  tool: 'kubectl',
  use: ['`./apply.sh` applies everything in order, waits in between, and says what is missing. By hand: `kubectl apply --server-side -f` for each file in the order of its number, and the releases from `helm/` between them.'],
  order: ['`kubectl apply -f .` reads the files in the same order but does not wait: kinds that a file brings may not be known yet to the next one.'],
  removing: ['kubectl removes nothing by itself. `stowage plan --against` shows what a removal would take along; take away claims and volumes last, and only when their data is elsewhere.'],
  renaming: ['Kubernetes cannot rename an object: the new one is made, the old one stays until it is deleted by hand. What holds data keeps its data under the old name until then.'],
}
