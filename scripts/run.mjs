// Runs a file of the project under the project's own Node: `node scripts/run.mjs FILE [words …]`.
import { become, install, root } from './install.mjs'

install()
process.chdir(root)
become(...process.argv.slice(2))
