export interface Output {
  readonly data: string
  readonly output: string
  readonly source: string
}
export const outputs: readonly Output[]
export function generated(output: Output): string
export function committed(output: Output): string
