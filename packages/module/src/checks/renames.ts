/** A name that something had before leads to one thing now: with two, the data of one would be taken for that of the other. */
import { isMap } from '@stowage/core'
import { fault, type Check, type Fault } from './check.ts'

/** Below these stand other people's words. */
const foreign: ReadonlySet<string> = new Set(['values', 'template', 'labels', 'annotations', 'facts'])

export const renamesAreClear: Check = ({ raw }) => {
  const faults: Fault[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    if (!isMap(value)) return
    faults.push(...renamesAmong(value, path))
    for (const [key, inner] of Object.entries(value)) if (!foreign.has(key)) visit(inner, [...path, key])
  }
  if (isMap(raw)) visit(raw['spec'], ['spec'])
  return faults
}

function renamesAmong(entries: Readonly<Record<string, unknown>>, path: readonly string[]): readonly Fault[] {
  const taken = new Map<string, string>()
  return Object.entries(entries).flatMap(([name, entry]): readonly Fault[] => {
    const earlier = isMap(entry) ? entry['renamedFrom'] : undefined
    if (typeof earlier !== 'string') return []
    const place = [...path, name, 'renamedFrom']
    const other = taken.get(earlier)
    taken.set(earlier, other ?? name)
    if (earlier === name) return [fault('rename-conflict', place, `${name} was called ${earlier}, says renamedFrom: that is its name now`, 'remove renamedFrom, or write the name that it had before')]
    if (Object.hasOwn(entries, earlier)) return [fault('rename-conflict', place, `${name} was called ${earlier}, says renamedFrom, and ${earlier} is still declared: one would be taken for the other`, `remove renamedFrom, or what is declared as ${earlier}`)]
    return other === undefined ? [] : [fault('rename-conflict', place, `${name} and ${other} were both called ${earlier}, says renamedFrom: only one of them can go on with what is there`, 'keep renamedFrom at the one that the data belongs to')]
  })
}
