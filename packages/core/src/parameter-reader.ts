/** Reads a StorageClass' string map strictly: every fault is collected, nothing is silently ignored. */
import type { Finding } from './finding.ts'
import { didYouMean } from './nearest.ts'

export type ParameterMap = Readonly<Record<string, string>>

/** One parameter, as the reference and the messages describe it. */
export interface ParameterDescription {
  readonly key: string
  /** `text`, `true|false`, `ext4|xfs`, `whole number 1–…`. */
  readonly type: string
  readonly description: string
  readonly default?: string
  readonly required?: boolean
}

/** strconv.ParseBool's words: the existing plugin reads flags with it. */
const trueWords = ['1', 't', 'T', 'TRUE', 'true', 'True']
const falseWords = ['0', 'f', 'F', 'FALSE', 'false', 'False']

export class ParameterReader {
  readonly #parameters: ParameterMap
  readonly #path: readonly (string | number)[]
  readonly #findings: Finding[] = []

  /** `path` is where the map stands in the user's text, e.g. `['parameters']`. */
  constructor(parameters: ParameterMap, path: readonly (string | number)[]) {
    this.#parameters = parameters
    this.#path = path
  }

  get findings(): readonly Finding[] {
    return this.#findings
  }

  get ok(): boolean {
    return this.#findings.every(({ severity }) => severity !== 'error')
  }

  fault(key: string, rule: string, message: string, remedy?: string): void {
    this.#findings.push({ rule, severity: 'error', message, path: [...this.#path, key], ...(remedy === undefined ? {} : { remedy }) })
  }

  warn(key: string, rule: string, message: string, remedy: string): void {
    this.#findings.push({ rule, severity: 'warning', message, remedy, path: [...this.#path, key] })
  }

  /** An empty text counts as not given, as with the existing plugin, and is worth a warning. */
  text(key: string): string | undefined {
    const value = Object.hasOwn(this.#parameters, key) ? this.#parameters[key] : undefined
    if (value !== '') return value
    return undefined
  }

  warnAboutEmpty(): void {
    for (const [key, value] of Object.entries(this.#parameters)) {
      if (value === '') this.warn(key, 'empty-parameter', `parameter ${key} is empty and has no effect`, 'give it a value or remove it')
    }
  }

  required(key: string, what: string): string | undefined {
    const value = this.text(key)
    if (value === undefined) this.fault(key, 'missing-parameter', `parameter ${key} (${what}) is missing`, `add ${key}`)
    return value
  }

  pattern(key: string, pattern: RegExp, what: string): string | undefined {
    const value = this.text(key)
    if (value === undefined || pattern.test(value)) return value
    this.fault(key, 'invalid-parameter', `parameter ${key} is ${JSON.stringify(value)}, which is not ${what}`, `write ${what}`)
    return undefined
  }

  choice<const Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) {
      this.fault(key, 'invalid-parameter', `parameter ${key} is ${JSON.stringify(value)}; it can be ${choices.join(', ')}`, didYouMean(value, choices))
    }
    return chosen
  }

  flag(key: string): boolean | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    if (trueWords.includes(value)) return true
    if (falseWords.includes(value)) return false
    this.fault(key, 'invalid-parameter', `parameter ${key} is ${JSON.stringify(value)}; it can be "true" or "false"`, 'write "true" or "false"')
    return undefined
  }

  count(key: string, minimum: number, maximum: number): number | undefined {
    const value = this.text(key)
    if (value === undefined) return undefined
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return number
    this.fault(key, 'invalid-parameter', `parameter ${key} is ${JSON.stringify(value)}; it must be a whole number from ${minimum} to ${maximum}`, 'write a number within that range')
    return undefined
  }

  powerOfTwo(key: string, minimum: number, maximum: number): number | undefined {
    const number = this.count(key, minimum, maximum)
    if (number === undefined || (number & (number - 1)) === 0) return number
    this.fault(key, 'invalid-parameter', `parameter ${key} is ${number}, which is not a power of two`, `write a power of two from ${minimum} to ${maximum}`)
    return undefined
  }

  /** Keys that nobody reads are faults that name the nearest known one. */
  refuseUnknown(known: readonly string[]): void {
    for (const key of Object.keys(this.#parameters)) {
      if (known.includes(key)) continue
      const prefixed = known.find((candidate) => candidate.endsWith(`/${key}`))
      const remedy = prefixed === undefined ? didYouMean(key, known.filter((name) => !name.includes('/'))) : `did you mean ${JSON.stringify(prefixed)}?`
      this.fault(key, 'unknown-parameter', `nobody knows the parameter ${JSON.stringify(key)}`, remedy)
    }
  }
}
