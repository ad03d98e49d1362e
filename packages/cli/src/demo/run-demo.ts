/** Starts a lab, puts the declaration into it, tells the story, and takes everything down again. */
import type { Clock } from '@stowage/effects'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { Lab } from '@stowage/lab'
import pc from 'picocolors'
import { untilInterrupted } from '../cluster/interrupt.ts'
import type { DemoFlags } from './demo-flags.ts'
import { fold } from '../output/fold.ts'
import { exitCodes } from '../output/exit-code.ts'
import type { Terminal } from '../output/terminal.ts'
import type { DemoWorld } from './demo-world.ts'
import { UntrueStep } from './demo-world.ts'
import { findExamples, readObjects } from './examples.ts'
import type { SourceText } from '@stowage/module'
import { createNarrator } from './narrator.ts'
import type { Mark } from './narrator.ts'
import { declareStorage } from './declare-storage.ts'
import { showStatus } from './show-status.ts'
import { story } from './story.ts'

/** Half an hour of lab time: nothing in the story may hang for ever. */
const longestMs = 30 * 60_000

export async function runDemo(flags: DemoFlags, terminal: Terminal): Promise<number> {
  return flags.fast === true ? inVirtualTime(flags, terminal) : inRealTime(flags, terminal)
}

async function inVirtualTime(flags: DemoFlags, terminal: Terminal): Promise<number> {
  const { createVirtualLab } = await import('../lab/virtual-lab.ts')
  const virtual = createVirtualLab(flags.seed ?? '1')
  // Files are read before virtual time begins: nothing in it may wait for the outside.
  const script = await loadExamples(terminal)
  return virtual.world.run(async () => {
    await virtual.prepare()
    const code = await tell({ ...virtual, ...script }, flags, terminal)
    await virtual.lab.stop()
    return code
  }, { untilMs: longestMs })
}

async function inRealTime(flags: DemoFlags, terminal: Terminal): Promise<number> {
  const { startRealLab } = await import('../lab/real-lab.ts')
  const script = await loadExamples(terminal)
  const running = await startRealLab()
  const interrupted = untilInterrupted()
  try {
    const code = await Promise.race([
      tell({ lab: running.lab, client: running.client, clock: running.client.clock, ...script }, flags, terminal),
      interrupted.happened.then(() => exitCodes.interrupted),
    ])
    if (flags.keep === true && code !== exitCodes.interrupted) {
      const kubeconfig = await running.writeKubeconfig()
      terminal.stderr(`\nThe lab stays up until Ctrl-C. Look in:\n  export KUBECONFIG=${kubeconfig}\n  kubectl get sc,pv,pvc,pod,volumeattachment,csinode -A -o wide\n  kubectl describe pvc postgres-data\n`)
      await interrupted.happened
    } else if (flags.json !== true && code === exitCodes.ok) {
      terminal.stderr('\nTo look in with kubectl: stowage demo --keep, or stowage lab up.\n')
    }
    return code
  } finally {
    interrupted.forget()
    await running.stop()
  }
}

interface Stage {
  readonly lab: Lab
  readonly client: KubernetesClient
  readonly clock: Clock
  readonly examples: Examples
  readonly declaration: SourceText
}

type Examples = ReadonlyMap<string, Awaited<ReturnType<typeof readObjects>>>

const declarationFile = 'examples/homelab/storage.yaml'

const exampleFiles = [
  'seeds/000/04-1.yaml', 'seeds/000/04-2.yaml', 'seeds/completed/004/09-hostpath.yaml',
  'seeds/completed/001/04.yaml', 'seeds/completed/004/11.yaml',
] as const

async function loadExamples({ files }: Terminal): Promise<Pick<Stage, 'examples' | 'declaration'>> {
  const directory = await findExamples(files)
  return {
    examples: new Map(await Promise.all(exampleFiles.map(async (path) => [path, await readObjects(files, directory, path)] as const))),
    declaration: { file: declarationFile, text: await files.readText(`${directory}/homelab/storage.yaml`) },
  }
}

async function tell(stage: Stage, flags: DemoFlags, terminal: Terminal): Promise<number> {
  const narrator = createNarrator({
    clock: stage.clock,
    format: flags.json === true ? 'json' : terminal.color ? 'terminal' : 'plain',
    write: (line) => terminal.stdout(`${flags.json === true ? line : fold(line, terminal.columns)}\n`),
    paint: painter(terminal.color),
  })
  const world: DemoWorld = {
    ...stage,
    narrator,
    example: async (path) => stage.examples.get(path) ?? [],
  }
  try {
    await declareStorage(world, stage.declaration, terminal.color)
    for (const chapter of story) await chapter(world)
    await showStatus(world, terminal)
    narrator.done('everything above was seen, and is true')
    return exitCodes.ok
  } catch (error) {
    narrator.failed(error instanceof Error ? error.message : String(error))
    if (!(error instanceof UntrueStep)) terminal.stderr(`${error instanceof Error ? (error.stack ?? '') : ''}\n`)
    return exitCodes.findings
  }
}

function painter(color: boolean): (mark: Mark, text: string) => string {
  const colors = pc.createColors(color)
  const paints: Readonly<Record<Mark, (text: string) => string>> = {
    chapter: colors.bold,
    seen: (text) => text,
    done: colors.green,
    refused: colors.yellow,
    failed: colors.red,
    note: colors.dim,
  }
  return (mark, text) => paints[mark](text)
}
