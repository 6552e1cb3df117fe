// `npm test`: everything, from a fresh clone on.
import { become, install, root } from './install.mjs'

install()
process.chdir(root)
become('test/run.ts', ...process.argv.slice(2))
