/** A host whose programs are functions and whose files are in memory, in virtual time. */
import type { ProgramResult, ProgramRun } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import type { Host } from '../src/program.ts'

export type Script = Readonly<Record<string, (run: ProgramRun) => Partial<ProgramResult> | Promise<Partial<ProgramResult>>>>

export interface ScriptedHost extends Host {
  /** `program arg arg`, as they were called. */
  readonly calls: readonly string[]
}

/** Runs `use` in a world of its own; `files` are written first. */
export async function withHost<T>(script: Script, files: Readonly<Record<string, string | Uint8Array>>, use: (host: ScriptedHost) => Promise<T>): Promise<T> {
  const world = new VirtualWorld({ seed: 1 })
  const calls: string[] = []
  const recording = Object.fromEntries(
    Object.entries(script).map(([name, program]) => [
      name,
      (run: ProgramRun) => {
        calls.push([run.program, ...run.args].join(' '))
        return program(run)
      },
    ]),
  )
  const { effects } = world.process('host', {}, { programs: recording })
  return world.run(async () => {
    for (const [path, content] of Object.entries(files)) {
      await effects.files.makeDirectory(path.slice(0, path.lastIndexOf('/')))
      await effects.files.writeAtomic(path, content)
    }
    return use({ ...effects, calls })
  })
}
