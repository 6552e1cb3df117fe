// `npm run demo`: install, build, load the demo data, serve.
import { build } from './build.mjs'
import { become, install, root } from './install.mjs'

install()
build()
become(`${root}src/cli.ts`, 'demo', ...process.argv.slice(2))
