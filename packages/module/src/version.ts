/** The version of every room; a test holds it to the package's own. */
export const stowageVersion = '0.1.0'
