/** A name that JavaScript's own objects give a meaning to would vanish without a word on its way through. */
import { entryOf, schemaAt } from '../spec/fields.ts'
import { fault, type Check, type Fault } from './check.ts'

const vanishing = '__proto__'

export const noNameVanishes: Check = ({ raw }) => {
  const faults: Fault[] = []
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return
    if (Object.hasOwn(value, vanishing) && isNamed(path)) faults.push(fault('invalid-name', [...path, vanishing], `the name ${JSON.stringify(vanishing)} is not allowed`, 'rename it'))
    for (const key of Object.keys(value)) visit(Reflect.get(value, key), [...path, Array.isArray(value) ? Number(key) : key])
  }
  visit(raw, [])
  return faults
}

/** Whether names stand there; where fields stand, it is an unknown key like any other. */
function isNamed(path: readonly (string | number)[]): boolean {
  const schema = schemaAt(path)
  return schema !== undefined && entryOf(schema) !== undefined
}
