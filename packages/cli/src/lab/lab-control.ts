/** How one process asks the lab in another: is it you, and please stop. It rides on the lab's Kubernetes port. */
import { readText, startDeadline, textResponse } from '@stowage/effects'
import type { HttpHandler } from '@stowage/effects'
import type { RealEffects } from '@stowage/effects/real'
import type { LabState } from './lab-state.ts'

const path = '/stowage.dev/lab'

/** The lab's API with the control path in front of it. */
export function withControl(api: HttpHandler, id: string, stop: () => void): HttpHandler {
  return async (request) => {
    if (new URL(request.url).pathname !== path) return api(request)
    if (request.headers?.['x-stowage-lab'] !== id) return textResponse(403, 'another lab\n')
    if (request.method === 'DELETE') stop()
    return textResponse(200, id)
  }
}

/** Whether the lab of this state file answers. */
export async function isUp(effects: RealEffects, state: LabState): Promise<boolean> {
  return (await ask(effects, state, 'GET')) === state.id
}

export async function askToStop(effects: RealEffects, state: LabState): Promise<void> {
  await ask(effects, state, 'DELETE')
}

async function ask({ http, clock }: RealEffects, { kubernetesUrl, id }: LabState, method: 'GET' | 'DELETE'): Promise<string | undefined> {
  const deadline = startDeadline(clock, 2000)
  try {
    const response = await http.request({ method, url: kubernetesUrl + path, headers: { 'x-stowage-lab': id }, signal: deadline.signal })
    return response.status === 200 ? await readText(response.body) : undefined
  } catch {
    return undefined
  } finally {
    deadline.done()
  }
}
