/** The formats of names: apimachinery's `util/validation`. */
import { invalidValue } from './fault.ts'
import type { Faults } from './fault.ts'

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualifiedPart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const labelText = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`
const subdomainText = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`
const service = '[a-z]([-a-z0-9]*[a-z0-9])?'
const serviceText = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${service}')`
const keyText = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}')`
const manyPartsText = `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
const valueText = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualifiedPart})?')`

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`)
const labelPattern = whole(label)
const subdomainPattern = whole(subdomain)
const servicePattern = whole(service)
const partPattern = whole(qualifiedPart)

/** Each returns what is wrong, in the server's words. */
export type NameRule = (name: string) => readonly string[]

function rule(pattern: RegExp, text: string, longest: number): NameRule {
  return name => [...(name.length > longest ? [`must be no more than ${longest} characters`] : []), ...(pattern.test(name) ? [] : [text])]
}

export const dnsLabel = rule(labelPattern, labelText, 63)
export const dnsSubdomain = rule(subdomainPattern, subdomainText, 253)
export const serviceName = rule(servicePattern, serviceText, 63)

/** Anything that can stand in a path. */
export const pathSegment: NameRule = name => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter(each => name.includes(each)).map(each => `may not contain '${each}'`)
}

function qualifiedName(key: string): readonly string[] {
  const parts = key.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2) return [manyPartsText]
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined
  const prefixFaults = prefix === undefined ? [] : prefix === '' ? ['prefix part must be non-empty'] : dnsSubdomain(prefix).map(each => `prefix part ${each}`)
  if (name === '') return [...prefixFaults, 'name part must be non-empty', keyText]
  return [...prefixFaults, ...(name.length > 63 ? ['name part must be no more than 63 bytes'] : []), ...(partPattern.test(name) ? [] : [keyText])]
}

export function labelFaults(labels: Readonly<Record<string, unknown>>, field: string): Faults {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map(each => invalidValue(field, key, each)),
    ...labelValue(String(value)).map(each => invalidValue(field, String(value), each)),
  ])
}

function labelValue(value: string): readonly string[] {
  return [...(value.length > 63 ? ['must be no more than 63 bytes'] : []), ...(value === '' || partPattern.test(value) ? [] : [valueText])]
}

const keyPattern = '[-._a-zA-Z0-9]+'
const configKeyText = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${keyPattern}')`

/** Keys of ConfigMaps and Secrets. */
export function configKeyFaults(data: Readonly<Record<string, unknown>>, field: string): Faults {
  return Object.keys(data).filter(key => !whole(keyPattern).test(key)).map(key => invalidValue(`${field}[${key}]`, key, configKeyText))
}

export function annotationFaults(annotations: Readonly<Record<string, unknown>>, field: string): Faults {
  return Object.keys(annotations).flatMap(key => qualifiedName(key.toLowerCase()).map(each => invalidValue(field, key, each)))
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion']

/** `strict`: the core's own kinds want a slash; definitions and custom resources do not. */
export function finalizerFaults(finalizers: readonly string[], field: string, strict: boolean): Faults {
  return finalizers.flatMap((each, index) => {
    const faults = qualifiedName(each).map(text => invalidValue(field, each, text))
    const isKnown = !strict || each.includes('/') || standardFinalizers.includes(each)
    return isKnown ? faults : [...faults, invalidValue(`${field}[${index}]`, each, 'name is neither a standard finalizer name nor is it fully qualified')]
  })
}
