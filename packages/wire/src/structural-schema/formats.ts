/** The formats of texts that apiextensions-apiserver checks and that definitions in the wild use; any other is ignored, as the server ignores unknown ones. */
import type { StructuralSchema } from '../crds/definition.ts'
import { typeFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  duration: (text) => /^[+-]?(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w))*$/.test(text),
  ipv4: (text) => /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
}

export function formatFaults(schema: StructuralSchema, value: string, field: string): readonly SchemaFault[] {
  const fits = formats[schema.format ?? '']
  if (fits === undefined || fits(value)) return []
  return [typeFault(field, value, `${field} in body must be of type ${schema.format}: ${JSON.stringify(value)}`)]
}
