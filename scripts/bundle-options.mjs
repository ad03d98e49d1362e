// What every bundle of the house has in common, whoever makes it.
export const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Bundled CommonJS libraries ask for node's own modules by require().
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
}
