/** Where Stowage lives unless the declaration says otherwise. */
export const defaultNamespace = 'storage-system'
