/** Checks of quotas: what is declared must fit into what is allowed. */
import { didYouMean, Size } from '@stowage/core'
import { classesOf, fault, volumesOf, type Check, type Fault, type Subject } from '../check.ts'

type DraftQuota = NonNullable<NonNullable<NonNullable<Subject['draft']['spec']>['policies']>['quotas']>[string]

type ClassQuota = NonNullable<NonNullable<DraftQuota['classes']>[string]>

const quotasNameAClass: Check = (subject) => {
  const known = classesOf(subject).map(([name]) => name)
  return quotasOf(subject).flatMap(([namespace, { classes = {} }]) =>
    Object.keys(classes)
      .filter((name) => !known.includes(name))
      .map((name) => fault('unknown-class', ['spec', 'policies', 'quotas', namespace, 'classes', name], `the quota of namespace ${namespace} names the class ${JSON.stringify(name)}, which is not declared`, didYouMean(name, known))),
  )
}

const claimsCanBeMade: Check = (subject) =>
  quotasOf(subject).flatMap(([namespace, { claim = {}, storage }]): readonly Fault[] => {
    const [min, max, all] = [claim.min, claim.max, storage].map((text) => (text === undefined ? undefined : Size.tryParse(text)))
    const path = ['spec', 'policies', 'quotas', namespace, 'claim']
    if (min !== undefined && max !== undefined && max.lessThan(min)) return [fault('limits-cross', [...path, 'min'], `in namespace ${namespace} the smallest claim, ${claim.min ?? ''}, is larger than the largest, ${claim.max ?? ''}`, 'exchange the two')]
    if (min !== undefined && all !== undefined && all.lessThan(min)) return [fault('limits-cross', [...path, 'min'], `in namespace ${namespace} the smallest claim, ${claim.min ?? ''}, does not fit into the quota, ${storage ?? ''}`, 'raise the quota, or lower min')]
    return []
  })

/** Adopted volumes are claims, too: a quota below them would refuse them. */
const adoptedVolumesFit: Check = (subject) =>
  quotasOf(subject).flatMap(([namespace, { storage, claims, claim, classes = {} }]): readonly Fault[] => {
    const adopted = volumesOf(subject).filter(([, volume]) => volume.namespace === namespace)
    const sizes = adopted.flatMap(([name, { size }]) => {
      const parsed = size === undefined ? undefined : Size.tryParse(size)
      return parsed === undefined ? [] : [{ name, size: parsed }]
    })
    const path = ['spec', 'policies', 'quotas', namespace]
    const total = sizes.reduce((sum, { size }) => sum.plus(size), Size.bytes(0n))
    const allowed = storage === undefined ? undefined : Size.tryParse(storage)
    const largest = claim?.max === undefined ? undefined : Size.tryParse(claim.max)
    const smallest = claim?.min === undefined ? undefined : Size.tryParse(claim.min)
    return [
      ...(allowed !== undefined && allowed.lessThan(total) ? [fault('quota-below-volumes', [...path, 'storage'], `the quota of namespace ${namespace}, ${storage ?? ''}, is less than its adopted volumes take: ${total.toString()}`, `write ${total.toString()} or more`)] : []),
      ...(claims !== undefined && claims < adopted.length ? [fault('quota-below-volumes', [...path, 'claims'], `namespace ${namespace} may have ${claims} claim${claims === 1 ? '' : 's'}, and ${adopted.length} volumes are adopted there`, `write ${adopted.length} or more`)] : []),
      ...sizes.filter(({ size }) => largest !== undefined && largest.lessThan(size)).map(({ name, size }) => fault('quota-below-volumes', [...path, 'claim', 'max'], `a claim in namespace ${namespace} may ask for ${claim?.max ?? ''}, and volume ${name} is ${size.toString()}`, `write ${size.toString()} or more`)),
      ...sizes.filter(({ size }) => smallest !== undefined && size.lessThan(smallest)).map(({ name, size }) => fault('quota-below-volumes', [...path, 'claim', 'min'], `a claim in namespace ${namespace} must ask for ${claim?.min ?? ''} or more, and volume ${name} is ${size.toString()}`, `write ${size.toString()} or less`)),
      ...Object.entries(classes).flatMap(([className, quota]) => ofOneClass(namespace, className, quota ?? {}, adopted.filter(([, volume]) => volume.class === className))),
    ]
  })

function ofOneClass(namespace: string, className: string, { storage, claims }: ClassQuota, adopted: ReturnType<typeof volumesOf>): readonly Fault[] {
  const path = ['spec', 'policies', 'quotas', namespace, 'classes', className]
  const total = adopted.reduce((sum, [, { size }]) => sum.plus((size === undefined ? undefined : Size.tryParse(size)) ?? Size.bytes(0n)), Size.bytes(0n))
  const allowed = storage === undefined ? undefined : Size.tryParse(storage)
  return [
    ...(allowed !== undefined && allowed.lessThan(total) ? [fault('quota-below-volumes', [...path, 'storage'], `the quota of class ${className} in namespace ${namespace}, ${storage ?? ''}, is less than its adopted volumes take: ${total.toString()}`, `write ${total.toString()} or more`)] : []),
    ...(claims !== undefined && claims < adopted.length ? [fault('quota-below-volumes', [...path, 'claims'], `namespace ${namespace} may have ${claims} claim${claims === 1 ? '' : 's'} of class ${className}, and ${adopted.length} volumes of it are adopted there`, `write ${adopted.length} or more`)] : []),
  ]
}

export const policiesChecks: readonly Check[] = [
  quotasNameAClass, // a quota is of declared classes
  claimsCanBeMade, // and lets some claim through
  adoptedVolumesFit, // those of adopted volumes among them
]

function quotasOf({ draft }: Subject): readonly (readonly [string, DraftQuota])[] {
  return Object.entries(draft.spec?.policies?.quotas ?? {})
}
