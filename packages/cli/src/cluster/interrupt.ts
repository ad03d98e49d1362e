/** Ctrl-C or SIGTERM as a signal; a second one ends the process as usual. */
export interface Interrupt {
  readonly signal: AbortSignal
  forget(): void
}

export function untilInterrupted(): Interrupt {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM'] as const
  const forget = (): void => {
    for (const name of names) process.removeListener(name, onSignal)
  }
  const onSignal = (): void => {
    forget()
    controller.abort(new Error('interrupted'))
  }
  for (const name of names) process.once(name, onSignal)
  return { signal: controller.signal, forget }
}
