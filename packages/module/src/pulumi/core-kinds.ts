/**
 * Kinds whose Pulumi type is not made of apiVersion and kind: those of the core group (`kubernetes:core/v1:Namespace`). All
 * others are registered as `kubernetes:<apiVersion>:<kind>`, which is their own type, too.
 */
import * as kubernetes from '@pulumi/kubernetes'
import type * as pulumi from '@pulumi/pulumi'

type Register = (name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource

export const coreKinds: Readonly<Record<string, Register>> = {
  ConfigMap: (name, inputs, opts) => new kubernetes.core.v1.ConfigMap(name, inputs, opts),
  LimitRange: (name, inputs, opts) => new kubernetes.core.v1.LimitRange(name, inputs, opts),
  Namespace: (name, inputs, opts) => new kubernetes.core.v1.Namespace(name, inputs, opts),
  PersistentVolume: (name, inputs, opts) => new kubernetes.core.v1.PersistentVolume(name, inputs, opts),
  PersistentVolumeClaim: (name, inputs, opts) => new kubernetes.core.v1.PersistentVolumeClaim(name, inputs, opts),
  ResourceQuota: (name, inputs, opts) => new kubernetes.core.v1.ResourceQuota(name, inputs, opts),
  Secret: (name, inputs, opts) => new kubernetes.core.v1.Secret(name, inputs, opts),
  Service: (name, inputs, opts) => new kubernetes.core.v1.Service(name, inputs, opts),
  ServiceAccount: (name, inputs, opts) => new kubernetes.core.v1.ServiceAccount(name, inputs, opts),
}
