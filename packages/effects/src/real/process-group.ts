import { readFile, readdir } from 'node:fs/promises'

/** Sends a signal to a whole process group; a group that is gone is fine. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal)
  } catch {
    // ESRCH: nobody is left. EPERM: a member changed its user; its end is looked for all the same.
  }
}

/**
 * Whether a member of the group still runs. Zombies do not count: where nobody reaps orphans (a container whose first
 * process is not an init) they stay for ever, and a dead process changes nothing any more.
 */
export async function groupRuns(leader: number): Promise<boolean> {
  try {
    process.kill(-leader, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  const states = await statesInGroup(leader)
  return states === undefined || states.some((state) => state !== 'Z' && state !== 'X')
}

/** States (`R`, `S`, `D`, `Z`, …) of the members, from /proc/<pid>/stat (proc(5)); undefined where there is no /proc. */
async function statesInGroup(leader: number): Promise<string[] | undefined> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries === undefined) return undefined
  const states: string[] = []
  for (const pid of entries.filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state !== undefined && Number(group) === leader) states.push(state)
  }
  return states
}
