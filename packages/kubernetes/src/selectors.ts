/** A label selector as the API spells it in JSON (LabelSelector of meta/v1). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
}

/** The same selector as a query parameter. Throws TypeError for an operator that the API does not have. */
export function formatLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'In') return `${key} in (${values.join(',')})`
    if (operator === 'NotIn') return `${key} notin (${values.join(',')})`
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    throw new TypeError(`a label selector has no operator ${operator}; it has In, NotIn, Exists and DoesNotExist`)
  })
  return [...equal, ...others].join(',')
}

/** `metadata.name=a,spec.nodeName!=b`; values are escaped as apimachinery's fields.EscapeValue does. */
export function formatFieldSelector(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([path, value]) => `${path}=${value.replaceAll(/[\\,=]/g, (character) => `\\${character}`)}`)
    .join(',')
}

/** Whether labels are selected. An empty selector selects everything, as in the API. */
export function matchesLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
  return equal && matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key]
    if (operator === 'In') return value !== undefined && values.includes(value)
    if (operator === 'NotIn') return value === undefined || !values.includes(value)
    if (operator === 'Exists') return value !== undefined
    return operator === 'DoesNotExist' && value === undefined
  })
}
