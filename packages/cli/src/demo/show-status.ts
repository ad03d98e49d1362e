import { observe, statusOf } from '@stowage/operations'
import { statusText } from '../output/status-text.ts'
import type { Terminal } from '../output/terminal.ts'
import type { DemoWorld } from './demo-world.ts'

/** `stowage status`, as anybody would call it now. */
export async function showStatus(world: DemoWorld, terminal: Terminal): Promise<void> {
  world.narrator.chapter('7. stowage status')
  world.narrator.print(statusText(statusOf(await observe(world.client)), terminal))
}
