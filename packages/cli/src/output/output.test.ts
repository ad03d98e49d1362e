import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError } from '@stowage/core'
import { Argument, Command } from 'commander'
import { expect, test } from 'vitest'
import { completionScript, shells } from './completion-script.ts'
import { exitCodeFor, UsageError } from './exit-code.ts'
import { wantsColor } from './terminal.ts'

test('colour: on a terminal, never with NO_COLOR, always with FORCE_COLOR', () => {
  expect(wantsColor({}, true)).toBe(true)
  expect(wantsColor({}, false)).toBe(false)
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false)
  expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true)
  expect(wantsColor({ FORCE_COLOR: '1' }, false)).toBe(true)
  expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false)
})

test('a failure ends the process as its kind says; a fault of our own is 70', () => {
  expect(exitCodeFor(new UsageError('x'))).toBe(2)
  expect(exitCodeFor(new StorageError('invalid', 'x'))).toBe(1)
  expect(exitCodeFor(new StorageError('unavailable', 'x'))).toBe(4)
  expect(exitCodeFor(new TypeError('x'))).toBe(70)
})

function tree(): Command {
  const program = new Command('stowage').description('storage')
  program.command('check').description("say what's [wrong]: all of it").argument('<file>').option('--json', 'as JSON').option('-o, --output <format>', 'how')
  program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
  const lab = program.command('lab').description('a lab')
  lab.command('up').description('start').option('--keep', 'stay')
  lab.command('down').description('stop')
  return program
}

/** What bash would offer for a line, by running the script in a real bash. */
function bashOffers(line: string): readonly string[] {
  const words = line.split(' ')
  const script = `${completionScript('bash', tree())}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_stowage; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/nonexistent-is-fine'.slice(0, 1) }).split('\n').filter((word) => word !== '')
}

test('bash completes commands, subcommands and options', () => {
  expect(bashOffers('stowage ')).toEqual(expect.arrayContaining(['check', 'lab']))
  expect(bashOffers('stowage ch')).toEqual(['check'])
  expect(bashOffers('stowage check --j')).toEqual(['--json'])
  expect(bashOffers('stowage completion z')).toEqual(['zsh'])
  expect(bashOffers('stowage lab u')).toEqual(['up'])
  expect(bashOffers('stowage lab up --k')).toEqual(['--keep'])
})

test('bash completes files where a command takes them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-completion-'))
  try {
    writeFileSync(join(folder, 'storage.yaml'), '')
    expect(bashOffers(`stowage check ${folder}/sto`)).toEqual([`${folder}/storage.yaml`])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('every script names every command and option', () => {
  for (const shell of shells) {
    const script = completionScript(shell, tree())
    for (const word of ['check', 'lab', 'up', 'down', 'json', 'output', 'keep']) expect(script, `${shell} ${word}`).toContain(word)
  }
})

test('the bash script is sound shell', () => {
  expect(spawnSync('bash', ['-n'], { input: completionScript('bash', tree()) }).status).toBe(0)
})
