import type { CommandFunction } from '../shell/shell.ts'
import { dd } from './dd.ts'
import { fileCommands } from './files.ts'
import { systemCommands } from './system.ts'
import { bracket, test } from './test.ts'
import { textCommands } from './text.ts'

/** Every command that the lab's containers have beside the shell's own. */
export const commands: Readonly<Record<string, CommandFunction>> = { ...textCommands, ...fileCommands, ...systemCommands, dd, test, '[': bracket }
