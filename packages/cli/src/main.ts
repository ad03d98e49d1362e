#!/usr/bin/env node
/** The `stowage` command: joins the process to the command tree. */
import { realFiles } from '@stowage/effects/real/files'
import { stripVTControlCharacters } from 'node:util'
import { wantsColor, type Terminal } from './output/terminal.ts'
import { runCommand } from './program.ts'

const color = wantsColor(process.env, process.stdout.isTTY === true)
// One colour setting serves both streams; a log on stderr gets none of it.
const plainErrors = !wantsColor(process.env, process.stderr.isTTY === true)

const terminal: Terminal = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(plainErrors ? stripVTControlCharacters(text) : text),
  stdin: readStandardInput,
  env: process.env,
  cwd: process.cwd(),
  files: realFiles(),
  color,
  ...(process.stdout.isTTY === true && process.stdout.columns > 0 ? { columns: process.stdout.columns } : {}),
}

async function readStandardInput(): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

process.exitCode = await runCommand(process.argv.slice(2), terminal)
// What a command that is over still waits for (the story of an interrupted demo, a timer) must not keep the process.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
