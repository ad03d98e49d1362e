/** One request of the list that a real kube-apiserver and the lab both answer, and how an answer is written down. */

export interface OracleRequest {
  /** Unique, reads as a claim about what is asked. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query. `${name:path.to.field}` takes a value from an earlier answer of that name. */
  readonly path: string
  readonly body?: unknown
  /** Default application/json. */
  readonly contentType?: string
  readonly accept?: string
  /** How long is waited first, milliseconds: for what the server does on its own. */
  readonly afterMs?: number
}

/** A watch that runs beside the whole list and is compared at its end. */
export interface OracleWatch {
  readonly name: string
  readonly path: string
}

export interface OracleAnswer {
  readonly status: number
  readonly warnings: readonly string[]
  readonly body: unknown
}

export interface Recording {
  /** The server that answered, e.g. `kube-apiserver v1.36.3`. */
  readonly server: string
  readonly answers: Readonly<Record<string, OracleAnswer>>
  readonly watches: Readonly<Record<string, readonly unknown[]>>
}
