/** Logs are a constant message with data as fields. The sink redacts; nobody else needs to. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A log that adds these fields to each line. */
  with(fields: LogFields): Log
}

export interface LogRecord {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** A log that hands redacted records to `sink`. */
export function createLog(sink: (record: LogRecord) => void, base: LogFields = {}): Log {
  const write = (level: LogLevel) => (message: string, fields: LogFields = {}) =>
    sink({ level, message, fields: redact({ ...base, ...fields }) as LogFields })
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => createLog(sink, { ...base, ...fields }),
  }
}

export const silentLog: Log = createLog(() => {})

const secretKey = /secret|password|passphrase|token|authorization|cookie|private.?key|credential/i
/** Ids that contain one of the words above but are not secrets. */
const publicKey = /^(secretRef|secretName|secretNamespace|tokenId|token_id)$/

/** A copy of `value` with everything under a secret-looking key replaced, at any depth. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact)
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretKey.test(key) && !publicKey.test(key) && inner !== undefined && inner !== null && inner !== ''
        ? '«redacted»'
        : redact(inner),
    ]),
  )
}
