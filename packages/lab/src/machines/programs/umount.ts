/** umount(8): every failure is exit code 32, so its text or mountinfo tells which. */
import { Errno } from '../filesystem/errno.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Mount } from '../kernel/mount-table.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const umount: LinuxProgram = { ms: 8, run: runUmount }

function runUmount({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'lfnvrRd', longFlags: ['lazy', 'force', 'recursive'] })
  if (fault !== undefined || operands.length === 0) return fail(1, `umount: ${fault === undefined ? 'bad usage' : `invalid option -- '${fault}'`}\nTry 'umount --help' for more information.\n`)
  const lazy = given.has('l') || given.has('lazy')
  const outputs = operands.map((target) => unmountOne(kernel, target, lazy))
  return { exitCode: outputs.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0, stdout: '', stderr: outputs.map(({ stderr }) => stderr).join('') }
}

function unmountOne(kernel: Kernel, target: string, lazy: boolean): Output {
  const found = mountAt(kernel, target)
  if (typeof found === 'string') return fail(32, `umount: ${target}: ${found}.\n`)
  if (!lazy && kernel.mounts.isBusy(found)) return fail(32, `umount: ${target}: target is busy.\n`)
  const gone = [found, ...below(kernel, found)]
  kernel.mounts.remove(found)
  for (const one of gone) kernel.closeUnused(one.filesystem)
  return ok()
}

function below(kernel: Kernel, mount: Mount): readonly Mount[] {
  return kernel.mounts.children(mount).flatMap((child) => [child, ...below(kernel, child)])
}

function mountAt(kernel: Kernel, target: string): Mount | string {
  try {
    const found = kernel.resolve(target)
    if (found.inode.kind === 'block' && found.location.mount.target !== found.path) return onDevice(kernel, found.path) ?? 'not mounted'
    return found.location.mount.target === found.path && found.path !== '/' ? found.location.mount : 'not mounted'
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    return 'no mount point specified'
  }
}

/** `umount /dev/sdb` means its last mount. */
function onDevice(kernel: Kernel, path: string): Mount | undefined {
  return kernel.mounts.all().findLast((mount) => mount.source === path)
}
