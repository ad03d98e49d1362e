/** What `stowage demo` can be asked. */
export interface DemoFlags {
  readonly fast?: true
  readonly keep?: true
  readonly json?: true
  readonly seed?: string
}
