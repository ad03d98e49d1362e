/** metav1.LabelSelector against labels. */
import { arrayAt, objectAt, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/** An empty selector matches everything. */
export function matchesSelector(selector: JsonObject, labels: JsonObject): boolean {
  const equal = Object.entries(objectAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value)
  return equal && arrayAt(selector, 'matchExpressions').every(each => matchesExpression(each, labels))
}

function matchesExpression(expression: Json, labels: JsonObject): boolean {
  const value = labels[textAt(expression, 'key')]
  const values = arrayAt(expression, 'values')
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
