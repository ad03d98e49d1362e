import protobuf from 'protobufjs'

const packages = {
  '': 'k8s.io.api.core.v1',
  'apiextensions.k8s.io': 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1',
}
const packageOf = (group, version) => packages[group] ?? `k8s.io.api.${group.split('.')[0]}.${version}`
const always = ['k8s.io.apimachinery.pkg.runtime.Unknown', 'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions', 'k8s.io.api.autoscaling.v1.Scale', 'k8s.io.api.policy.v1.Eviction', 'k8s.io.api.core.v1.Binding']

/** The protobuf messages of the served kinds, as protobufjs keeps them: field ids and types, no comments. */
export function protobufMessages(goRoot, rows, schemas) {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => `${goRoot}/${target}`
  const files = new Set(rows.map(row => (row.group === 'apiextensions.k8s.io' ? 'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1' : `k8s.io/api/${row.group === '' ? 'core' : row.group.split('.')[0].replace('rbac', 'rbac')}/${row.version}`)))
  files.add('k8s.io/api/autoscaling/v1')
  root.loadSync([...files].map(each => `${each}/generated.proto`), { keepCase: true })
  const wanted = new Set()
  const visit = type => {
    if (wanted.has(type.fullName)) return
    wanted.add(type.fullName)
    for (const field of type.fieldsArray) {
      field.resolve()
      if (field.resolvedType instanceof protobuf.Type) visit(field.resolvedType)
    }
  }
  for (const row of rows) visit(root.lookupType(`${packageOf(row.group, row.version)}.${row.kind}`))
  for (const name of always) visit(root.lookupType(name))
  const messages = {}
  for (const fullName of [...wanted].toSorted()) {
    const type = root.lookupType(fullName)
    messages[fullName.slice(1)] = Object.fromEntries(type.fieldsArray.map(field => [field.name, fieldData(field, schemas[schemaName(fullName)])]))
  }
  return messages
}

/** `.k8s.io.api.core.v1.Volume` → `io.k8s.api.core.v1.Volume`. */
const schemaName = fullName => `io.k8s.${fullName.slice('.k8s.io.'.length).replace('apiextensions_apiserver', 'apiextensions-apiserver')}`

/** An embedded Go struct is a message of its own here, and inline in JSON: the published schema has no such property. */
function fieldData(field, schema) {
  const inline = field.resolvedType instanceof protobuf.Type && schema?.properties !== undefined && schema.properties[field.name] === undefined
  const type = field.resolvedType instanceof protobuf.Type ? field.resolvedType.fullName.slice(1) : field.type
  return { id: field.id, type, ...(field.repeated ? { rule: 'repeated' } : {}), ...(field.map ? { keyType: field.keyType } : {}), ...(inline ? { inline } : {}) }
}
