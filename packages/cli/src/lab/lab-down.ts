import { realEffects } from '@stowage/effects/real'
import type { LabFlags } from './lab-flags.ts'
import { exitCodes } from '../output/exit-code.ts'
import { json } from '../output/terminal.ts'
import type { Terminal } from '../output/terminal.ts'
import { askToStop, isUp } from './lab-control.ts'
import { forgetKilled, labDirectory, readState } from './lab-state.ts'
import { shown } from './lab-up.ts'

export async function labDown(flags: LabFlags, terminal: Terminal): Promise<number> {
  const directory = labDirectory(flags.dir, terminal)
  const effects = realEffects()
  try {
    const state = await readState(terminal.files, directory)
    if (state === undefined || !(await isUp(effects, state))) {
      if (state !== undefined) await forgetKilled(terminal.files, directory, state)
      return said('no lab is up', flags, terminal)
    }
    await askToStop(effects, state)
    for (let waited = 0; waited < 10_000; waited += 100) {
      if (!(await isUp(effects, state))) return said('the lab is down', flags, terminal)
      await effects.clock.sleep(100)
    }
    terminal.stderr(`the lab (process ${state.pid}) was asked to stop and still answers after 10 s; end that process yourself\n`)
    return exitCodes.findings
  } finally {
    effects.close()
  }
}

export async function labStatus(flags: LabFlags, terminal: Terminal): Promise<number> {
  const effects = realEffects()
  try {
    const state = await readState(terminal.files, labDirectory(flags.dir, terminal))
    if (state !== undefined && (await isUp(effects, state))) return shown(state, flags, terminal, exitCodes.ok)
    said('no lab is up', flags, terminal)
    return exitCodes.findings
  } finally {
    effects.close()
  }
}

function said(text: string, { json: asJson }: LabFlags, terminal: Terminal): number {
  terminal.stdout(asJson === true ? json('Lab', { up: false }) : `${text}\n`)
  return exitCodes.ok
}
