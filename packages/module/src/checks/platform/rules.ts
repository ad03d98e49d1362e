import type { RuleExplanation } from '../rule-explanation.ts'

export const platformRules: Readonly<Record<string, RuleExplanation>> = {
  'two-kubelet-roots': { means: 'The kubelet’s directory is given twice, and differently.', why: 'A driver that mounts below another directory than the kubelet’s mounts where no pod looks.', fix: 'Keep platform.kubeletRoot.' },
  'mirror-of-itself': { means: 'A mirror leads to what it stands for.', why: 'It would have no effect.', fix: 'Remove the entry, or write where the mirror is.' },
}
