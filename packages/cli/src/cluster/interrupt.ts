/** Ctrl-C or SIGTERM as a signal; a second one ends the process as usual. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** Resolves when the signal aborts. */
  readonly happened: Promise<void>
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
  const happened = new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve(), { once: true }))
  return { signal: controller.signal, happened, forget }
}
