import type { RuleExplanation } from '../checks/rule-explanation.ts'

/** What is said of a program's arguments, before anything is registered with Pulumi. */
export const registrationRules: Readonly<Record<string, RuleExplanation>> = {
  'input-not-plain': {
    means: 'An Output or a Promise stands where it is decided which objects exist, or whether they can work.',
    why: 'At a preview it is not known yet: preview and up could then register different things, and nothing could be proved before.',
    fix: 'Write a plain value there, e.g. from pulumi.Config. Namespaces, images, buckets, regions, credentials and times may come later.',
  },
  'not-data': {
    means: 'Something stands there that is no data: a function, or a whole object of a class.',
    why: 'A declaration is plain data; what else stands in it could not be read, compared or stored.',
    fix: 'Write the value that is meant, e.g. namespace.metadata.name instead of namespace.',
  },
  'secret-without-content': {
    means: 'The content of a Secret would be read by `stowage apply`, and Pulumi cannot read it there.',
    why: 'The Secret would be missing, and what needs it would not start.',
    fix: 'Bring the content in the argument secrets, from config.requireSecret: it is encrypted in the state.',
  },
  'secret-nobody-reads': {
    means: 'The argument secrets brings a Secret that nothing in the plan reads.',
    why: 'It is misspelt, or left over: a Secret with nobody to read it is a leak in waiting.',
    fix: 'Write the namespace and name of a Secret that the plan needs, or remove it.',
  },
  'acceptances-without-a-day': {
    means: 'The declaration accepts findings until a day, and nobody says which day it is.',
    why: 'A plan is made of what is written, not of a clock; without the day an acceptance would hold for ever.',
    fix: 'Give the argument today.',
  },
  'unknown-import': {
    means: 'The argument import names something that is not in the plan.',
    why: 'It would be ignored, and what exists already would be made a second time or collide.',
    fix: 'Write the name under which it is registered, without the component’s name and the colon.',
  },
}
