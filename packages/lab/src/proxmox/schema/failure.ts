/** An answer that is not 200. `message` is the whole text; its first line becomes the reason phrase. */
export class PveFailure extends Error {
  override readonly name = 'PveFailure'
  readonly status: number
  /** By parameter, for 400. */
  readonly errors: Readonly<Record<string, string>> | undefined
  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

/** PVE::Exception::raise_param_exc. */
export function parameterFailure(errors: Readonly<Record<string, string>>): PveFailure {
  return new PveFailure(400, 'Parameter verification failed.\n', errors)
}

/** PVE::Exception::raise_perm_exc. */
export function permissionFailure(what?: string): PveFailure {
  return new PveFailure(403, what === undefined ? 'Permission check failed\n' : `Permission check failed (${what})\n`)
}

/** A Perl `die` of a call: 500 with its words. */
export function died(message: string): PveFailure {
  return new PveFailure(500, `${message}\n`)
}

/** What a worker's last line says of an exception: PVE::Exception's own string, newlines turned to spaces. */
export function taskErrorOf(error: unknown): string {
  if (!(error instanceof PveFailure)) return error instanceof Error ? error.message : String(error)
  const code = error.status === 500 ? '' : `${error.status} `
  const fields = Object.entries(error.errors ?? {}).map(([key, text]) => `${key}: ${text.trimEnd()}`)
  return [`${code}${error.message.trimEnd()}`, ...fields].join(' ').replaceAll('\n', ' ')
}
