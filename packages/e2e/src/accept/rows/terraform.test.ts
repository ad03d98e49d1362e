import { expect, test } from 'vitest'
import { faultsIn, twinFiles } from './terraform.ts'

const file = (body: object) => ({ path: 'main.tf.json', content: JSON.stringify(body) })
const twin = (body: object): unknown => JSON.parse(twinFiles([file(body)])[0]?.content ?? '')

test('a twin has the same arguments, order and guards under a type that needs no provider', () => {
  expect(twin({ resource: { helm_release: { a: { name: 'a' }, b: { name: 'b', depends_on: ['helm_release.a'], lifecycle: { prevent_destroy: true } } } } })).toEqual({
    resource: {
      terraform_data: {
        helm_release__a: { input: { name: 'a' } },
        helm_release__b: { input: { name: 'b' }, depends_on: ['terraform_data.helm_release__a'], lifecycle: { prevent_destroy: true } },
      },
    },
  })
})

test('what a provider would compute is the output of its twin', () => {
  expect(twin({ resource: { proxmox_virtual_environment_user_token: { csi: {} } }, output: { csi: { value: '${proxmox_virtual_environment_user_token.csi.value}' } } })).toHaveProperty(
    'output.csi.value',
    '${terraform_data.proxmox_virtual_environment_user_token__csi.output}',
  )
})

test('what is moved moves in the twin, too, and providers are asked for by none', () => {
  expect(twin({ resource: { helm_release: { b: {} } }, moved: [{ from: 'helm_release.a', to: 'helm_release.b' }] })).toHaveProperty('moved', [{ from: 'terraform_data.helm_release__a', to: 'terraform_data.helm_release__b' }])
  expect(twinFiles([{ path: 'versions.tf.json', content: '{}' }])).toEqual([])
})

test('faults are sentences, and a report without diagnostics is not one without faults', () => {
  expect(faultsIn(JSON.stringify({ diagnostics: [{ summary: 'Unsupported argument', detail: 'no "forever" here' }] }))).toEqual(['Unsupported argument: no "forever" here'])
  expect(() => faultsIn('{}')).toThrow('tofu validate printed no diagnostics')
})
