import { readFile } from 'node:fs/promises'

// What every bundle of the house has in common, whoever makes it.
export const forNode = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  plugins: [dataAsText()],
  // Bundled CommonJS libraries ask for node's own modules by require().
  banner: { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" },
}

/** Large data is a text that is parsed, not a program that is compiled: three times faster to start with. */
function dataAsText() {
  return {
    name: 'data-as-text',
    setup(build) {
      build.onLoad({ filter: /[\\/]data[\\/].*\.json$/ }, async ({ path }) => {
        const text = JSON.stringify(JSON.parse(await readFile(path, 'utf8')))
        return { contents: `export default JSON.parse(${JSON.stringify(text)})`, loader: 'js' }
      })
    },
  }
}
