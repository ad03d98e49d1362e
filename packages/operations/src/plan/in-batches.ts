/** The server is asked about several things at once, and never about all. Answers come in the order of the questions. */
export async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R>, size = 8): Promise<readonly R[]> {
  const answers: R[] = []
  for (let at = 0; at < items.length; at += size) answers.push(...(await Promise.all(items.slice(at, at + size).map(ask))))
  return answers
}
