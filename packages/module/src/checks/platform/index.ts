/** Checks of spec.platform. */
import { fault, type Check } from '../check.ts'

/** The kubelet has one directory; said twice, it is said the same. */
const oneKubeletRoot: Check = ({ draft }) => {
  const [ofPlatform, ofDriver] = [draft.spec?.platform?.kubeletRoot, draft.spec?.driver?.kubeletRoot]
  if (ofPlatform === undefined || ofDriver === undefined || ofPlatform === ofDriver) return []
  return [fault('two-kubelet-roots', ['spec', 'platform', 'kubeletRoot'], `the kubelet’s directory is ${ofPlatform} here and ${ofDriver} in spec.driver.kubeletRoot`, 'keep platform.kubeletRoot: it holds for every driver')]
}

/** An image is looked up once: what a mirror leads to is not mirrored again. */
const mirrorsLeadOut: Check = ({ draft }) =>
  (['imageMirrors', 'chartMirrors'] as const).flatMap((field) => {
    const mirrors: Readonly<Record<string, string | undefined>> = draft.spec?.platform?.[field] ?? {}
    return Object.entries(mirrors)
      .filter(([from, to]) => from === to)
      .map(([from]) => fault('mirror-of-itself', ['spec', 'platform', field, from], `${from} is its own mirror`, 'remove the entry, or write where the mirror is'))
  })

export const platformChecks: readonly Check[] = [
  oneKubeletRoot, // the driver and the charts look in one place
  mirrorsLeadOut, // a mirror is somewhere else
]
