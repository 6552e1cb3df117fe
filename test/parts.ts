import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a browser for the journeys is, the one without a window first: it starts sooner. Null when none is installed. */
export function chromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const names = [
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ]
  const places = (env.PATH ?? '').split(delimiter).flatMap(folder => names.map(name => join(folder, name)))
  const app = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  return [env.CHROMIUM_PATH ?? '', ...places, app].find(path => path !== '' && existsSync(path)) ?? null
}

/** What the suite could not run on this machine, each with how to get it. */
export function missingParts(env: NodeJS.ProcessEnv): string[] {
  const parts = [
    {
      here: chromium(env) !== null,
      say: 'browser journeys: no Chromium. Debian: apt-get install chromium-headless-shell; elsewhere set CHROMIUM_PATH',
    },
    {
      here: env.TEST_DATABASE_URL !== undefined,
      say: 'the ledger on PostgreSQL: no server. Debian: apt-get install postgresql; or set TEST_DATABASE_URL to an empty database',
    },
    {
      here: existsSync('test/contracts/clickhouse/node_modules/chdb'),
      say: 'the granary on ClickHouse: its in-process engine is not installed (540 MB). Get it: npm run conformance:install',
    },
    {
      here: existsSync('../shared/data/online-retail'),
      say: 'checks against whole public data sets: they do not stand beside the project, in ../shared/data',
    },
    {
      here: existsSync('../shared/specs'),
      say: 'checks against vendors’ own contracts and examples: they do not stand beside the project, in ../shared/specs',
    },
  ]
  return parts.filter(part => !part.here).map(part => part.say)
}
