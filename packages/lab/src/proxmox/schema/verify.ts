import type { Property } from './method.ts'
import { isOn } from './method.ts'
import { formatNamed } from './formats.ts'
import { PveFailure } from './failure.ts'
import { perlPattern } from './pattern.ts'
import { normalBoolean, readPropertyString } from './property-string.ts'

export type Parameters = Readonly<Record<string, string>>
export type ParameterErrors = Record<string, string>

/** PVE::JSONSchema::validate for what comes in over HTTP, where every value is text. */
export class Verifier {
  private readonly patterns = new Map<string, RegExp>()

  /** Errors by parameter; empty when all is well. */
  check(schema: Property | undefined, given: Parameters): ParameterErrors {
    const errors: ParameterErrors = {}
    this.object('', schema?.properties ?? {}, given, schema?.additionalProperties, errors)
    return errors
  }

  /** Errors of a property string's values, with paths such as `scsi1.cache`. */
  private object(path: string, properties: Readonly<Record<string, Property>>, given: Parameters, additional: unknown, errors: ParameterErrors): void {
    for (const [name, property] of Object.entries(properties)) {
      if (name.endsWith('[n]') || property.alias !== undefined) continue
      if (given[name] === undefined && !isOn(property.optional)) {
        errors[join(path, name)] = 'property is missing and it is not optional'
      }
    }
    for (const [name, value] of Object.entries(given)) {
      const property = propertyNamed(properties, name)
      if (property === undefined) {
        if (additional === undefined || Number(additional) === 0) {
          errors[join(path, name)] = 'property is not defined in schema and the schema does not allow additional properties'
        }
        continue
      }
      if (property.requires !== undefined && given[property.requires] === undefined) {
        errors[join(path, property.requires)] = `missing property - '${join(path, name)}' requires this property`
      }
      const complaint = this.value(join(path, name), property, value)
      if (complaint !== undefined) errors[join(path, name)] = complaint
    }
  }

  private value(path: string, property: Property, value: string): string | undefined {
    if (property.oneOf !== undefined) {
      const complaints = property.oneOf.map((one) => this.value(path, one, value))
      return complaints.includes(undefined) ? undefined : complaints[0]
    }
    return typeComplaint(property, value) ?? this.formatComplaint(path, property, value) ?? this.textComplaint(property, value)
  }

  private formatComplaint(path: string, property: Property, value: string): string | undefined {
    if (property.format === undefined) return undefined
    if (typeof property.format !== 'string') return this.propertyString(path, property.format, value)
    const check = formatNamed(property.format)
    if (check === undefined) throw new PveFailure(501, `the lab does not know the format '${property.format}' of '${path}'\n`)
    const complaint = check(value)
    return complaint === undefined ? undefined : `invalid format - ${complaint}`
  }

  private propertyString(path: string, format: Readonly<Record<string, Property>>, value: string): string | undefined {
    const parsed = readPropertyString(value, format)
    if ('complaint' in parsed) return `invalid format - ${parsed.complaint}`
    const errors: ParameterErrors = {}
    this.object(path, format, parsed.values, 0, errors)
    const lines = Object.entries(errors).map(([key, text]) => `${key}: ${text}\n`)
    return lines.length === 0 ? undefined : `invalid format - format error\n${lines.join('')}`
  }

  private textComplaint(property: Property, value: string): string | undefined {
    if (property.pattern !== undefined && !this.pattern(property.pattern).test(value)) return 'value does not match the regex pattern'
    if (property.enum !== undefined && !property.enum.some((one) => String(one) === value)) {
      return `value '${value}' does not have a value in the enumeration '${property.enum.join(', ')}'`
    }
    if (property.type === 'integer' || property.type === 'number') return rangeComplaint(property, Number(value))
    return lengthComplaint(property, value)
  }

  private pattern(source: string): RegExp {
    const known = this.patterns.get(source)
    if (known !== undefined) return known
    const pattern = perlPattern(source)
    this.patterns.set(source, pattern)
    return pattern
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** `scsi4` is described by `scsi[n]`, within the range that its description gives. */
export function propertyNamed(properties: Readonly<Record<string, Property>>, name: string): Property | undefined {
  const direct = Object.hasOwn(properties, name) ? properties[name] : undefined
  if (direct !== undefined && direct.alias === undefined) return direct
  const [, prefix = '', digits = ''] = /^([a-z]+)(0|[1-9]\d*)$/.exec(name) ?? []
  const family = Object.hasOwn(properties, `${prefix}[n]`) ? properties[`${prefix}[n]`] : undefined
  return family !== undefined && Number(digits) <= lastIndexOf(prefix, family) ? family : undefined
}

/** Where the description gives no range. Source: the constants of PVE::QemuServer. */
const lastIndexes: Readonly<Record<string, number>> = { scsi: 30, virtio: 15, sata: 5, ide: 3, unused: 255, net: 31 }

function lastIndexOf(prefix: string, family: Property): number {
  const described = /\(n is 0 to (\d+)\)/.exec(family.description ?? '')?.[1]
  return described === undefined ? (lastIndexes[prefix] ?? 31) : Number(described)
}

function typeComplaint(property: Property, value: string): string | undefined {
  const fits =
    property.type === 'integer'
      ? /^[-+]?\d+$/.test(value)
      : property.type === 'number'
        ? /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(value)
        : property.type === 'boolean'
          ? normalBoolean(value) !== undefined
          : true
  return fits ? undefined : `type check ('${property.type}') failed - got '${value}'`
}

function rangeComplaint({ minimum, maximum }: Property, value: number): string | undefined {
  if (minimum !== undefined && value < Number(minimum)) return `value must have a minimum value of ${minimum}`
  if (maximum !== undefined && value > Number(maximum)) return `value must have a maximum value of ${maximum}`
  return undefined
}

function lengthComplaint({ minLength, maxLength }: Property, value: string): string | undefined {
  if (maxLength !== undefined && value.length > Number(maxLength)) return `value may only be ${maxLength} characters long`
  if (minLength !== undefined && value.length < Number(minLength)) return `value must be at least ${minLength} characters long`
  return undefined
}
