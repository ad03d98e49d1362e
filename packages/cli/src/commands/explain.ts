import type { Command } from 'commander'
import { nearest } from '@stowage/core'
import { explainField } from '@stowage/module/spec/explain-field'
import { ruleExplanations } from '@stowage/module/checks/rules'
import { examples, type CommandContext } from './command.ts'
import { explanationText } from '../output/explanation-text.ts'
import { UsageError } from '../output/exit-code.ts'
import { explainPrivileges, privilegesText } from '../output/privileges-text.ts'
import { fold } from '../output/fold.ts'
import { json } from '../output/terminal.ts'

export function configure(command: Command, { terminal }: CommandContext): void {
  command
    .argument('[what]', 'a finding’s rule, e.g. unknown-key, or a field of the declaration, e.g. spec.classes.cache')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage explain two-default-classes', 'what a finding means and what to do'],
        ['stowage explain spec.classes', 'the fields of a class'],
        ['stowage explain spec.classes.cache', 'one field'],
        ['stowage explain privileges', 'what the Proxmox token must be allowed, and why'],
        ['stowage explain', 'all rules and the fields of the top'],
      ),
    )
    .action((what: string | undefined, { json: asJson }: { readonly json?: true }) => {
      if (what === 'privileges') return terminal.stdout(asJson === true ? json('Privileges', explainPrivileges()) : fold(privilegesText(explainPrivileges(), terminal.color), terminal.columns))
      const explained = explain(what)
      terminal.stdout(asJson === true ? json('Explanation', explained) : fold(explanationText(explained, terminal.color), terminal.columns))
    })
}

function explain(what: string | undefined) {
  if (what === undefined) return { rules: Object.entries(ruleExplanations).map(([rule, { means }]) => ({ rule, means })), ...explainField('') }
  const rule = Object.hasOwn(ruleExplanations, what) ? ruleExplanations[what] : undefined
  if (rule !== undefined) return { rule: what, ...rule }
  const field = explainField(what)
  if (field !== undefined) return field
  const places = ['spec.backends', 'spec.classes', 'spec.volumes', 'spec.driver', 'metadata']
  const whole = explainField(`spec.${what}`) === undefined ? nearest(what, [...Object.keys(ruleExplanations), ...places]) : `spec.${what}`
  const remedy = whole === undefined ? 'stowage explain, without more, lists the rules and the fields of the top' : `did you mean ${JSON.stringify(whole)}?`
  throw new UsageError(`${JSON.stringify(what)} is neither a rule nor a field of the declaration; ${remedy}`)
}
