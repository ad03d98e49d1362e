/** Which mount options of a request can be compared with what mountinfo shows. */
import type { MountEntry } from './mountinfo.ts'

/** Shown in the mount's or the filesystem's options exactly when they were given. */
const comparable = ['noatime', 'nodiratime', 'strictatime', 'nosuid', 'nodev', 'noexec', 'discard', 'nouuid'] as const

/**
 * What of the wanted options a mount lacks, or has otherwise. Options whose effect mountinfo does not show (`defaults`, `commit=…`)
 * are not compared: calling them different would refuse every second call.
 */
export function differingOptions(entry: MountEntry, wanted: readonly string[], readOnly: boolean): readonly string[] {
  const shown = new Set([...entry.options, ...entry.superOptions])
  const missing = comparable.filter((option) => wanted.includes(option) && !shown.has(option))
  const isReadOnly = entry.options.includes('ro') || entry.superOptions.includes('ro')
  if (readOnly && !isReadOnly) return [...missing, 'ro']
  return !readOnly && isReadOnly ? [...missing, 'rw'] : missing
}

/** Without doubles and without words that say nothing, `ro` and `rw` in front by `readOnly`. */
export function normalOptions(flags: readonly string[], readOnly: boolean): readonly string[] {
  const rest = flags.filter((flag) => flag !== '' && !['defaults', 'ro', 'rw'].includes(flag))
  return [...new Set([...(readOnly ? ['ro'] : []), ...rest])]
}
