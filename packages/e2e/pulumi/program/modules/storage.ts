export * from '@stowage/module'
