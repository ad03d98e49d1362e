/** Whether a living object holds everything that was planned of it. Not the comparison that `stowage plan` makes: an error in one must not hide in the other. */

/** One path for each place where it does not; empty: it is as planned. What others and the server added is no fault. */
export function notAsPlanned(planned: unknown, live: unknown, path = ''): readonly string[] {
  if (isEmpty(planned) && live === undefined) return []
  if (Array.isArray(planned)) return Array.isArray(live) ? listFaults(planned, live, path) : [path]
  if (isMap(planned)) return isMap(live) ? Object.entries(planned).flatMap(([key, value]) => (value === undefined ? [] : notAsPlanned(value, live[key], path === '' ? key : `${path}.${key}`))) : [path]
  return planned === live ? [] : [`${path}: ${JSON.stringify(live)} and not ${JSON.stringify(planned)}`]
}

function listFaults(planned: readonly unknown[], live: readonly unknown[], path: string): readonly string[] {
  const named = planned.length > 0 && planned.every((item) => nameOf(item) !== undefined)
  if (!named && planned.length !== live.length) return [`${path}: ${live.length} items and not ${planned.length}`]
  return planned.flatMap((item, index) => notAsPlanned(item, named ? live.find((other) => nameOf(other) === nameOf(item)) : live[index], `${path}[${named ? String(nameOf(item)) : index}]`))
}

/** What servers drop when they store an object. */
function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0) || (isMap(value) && Object.keys(value).length === 0)
}

function nameOf(value: unknown): unknown {
  return isMap(value) ? value['name'] : undefined
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
