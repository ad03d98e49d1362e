/** Charts and images that go together: rook v1.20.6 with the drivers that its documentation names. */
export const chartVersions = { rook: 'v1.20.6', csiDrivers: '1.0.4', csiOperator: '1.0.4' } as const

export const cephImage = 'quay.io/ceph/ceph:v20.2.4'
