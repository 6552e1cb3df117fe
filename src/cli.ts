import { resolve } from 'node:path'
import './cli/quick-imports.ts'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { Terminal } from './cli/terminal.ts'

/**
 * The command. Exit codes: 0 fine, 1 failed, 2 wrong use. Results go to stdout, everything else to stderr.
 * What a command does stands in cli/, loaded only when it is asked for.
 */
const home = resolve(import.meta.dirname, '..')
const version = '0.1.0'

interface Common {
  data: string
  json?: boolean
}

// Whoever reads the results has enough of them, as `head` does: that is no failure, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const terminal = (flags: Common): Terminal => ({
  folder: resolve(flags.data),
  home,
  json: flags.json ?? false,
  env: process.env,
  out: text => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  note: text => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
  stderr: process.stderr,
})

const program = new Command('quarterdeck')
  .description('The command centre of a Director of Ecommerce: plan, watch, find, act, prove.')
  .version(version)
  .showHelpAfterError('(add --help for what this takes)')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    '\nExit codes: 0 fine, 1 failed, 2 wrong use. Results go to stdout, everything else to stderr.',
  )
  .exitOverride()

/** A command with what every command has. */
const command = (parent: Command, nameAndArguments: string, about: string): Command =>
  parent
    .command(nameAndArguments)
    .description(about)
    .option('--data <dir>', 'the data folder', process.env.QUARTERDECK_DATA ?? resolve(home, '.quarterdeck'))
    .option('--json', 'machine-readable results on stdout')
    .showHelpAfterError('(add --help for what this takes)')
    .exitOverride()

const port = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
  return value
}
const repeated = (text: string, all: string[] = []): string[] => [...all, text]

command(program, 'start', 'serve the application, the API and MCP')
  .option('--port <n>', 'port to listen on (PORT)', port)
  .option('--host <address>', 'address to listen on (HOST)')
  .action(async flags => (await import('./cli/serve.ts')).start(terminal(flags), flags))

command(program, 'demo', 'serve a made-up company and its systems on this machine only, signed in')
  .option('--real', 'instead: the two real years of a British gift shop')
  .option('--port <n>', 'port to listen on', port)
  .action(async (flags, made: Command) => {
    // The demos never mix with real data, nor with each other.
    const folder = resolve(home, flags.real ? '.quarterdeck/demo-real' : '.quarterdeck/demo')
    const own = made.getOptionValueSource('data') === 'default' ? { data: folder } : {}
    const on = terminal({ ...flags, ...own })
    return flags.real
      ? (await import('./cli/serve.ts')).demo(on, flags)
      : (await import('./cli/demo.ts')).demoCompany(on, flags)
  })

command(program, 'import [file]', 'load a file: CSV, TSV, JSON lines, Parquet, XLSX, also gz or zip')
  .option('--preset <name>', 'a known export; quarterdeck presets lists them')
  .option('--map <file>', 'a mapping file (JSON)')
  .option(
    '--with <file>',
    'repeatable: a file that says more of the rows, such as the orders of these lines; found by the column of the same name',
    repeated,
  )
  .option('--store <name>', 'the store the rows belong to')
  .option('--currency <code>', 'currency of a store that is new, e.g. GBP')
  .option('--timezone <zone>', 'time zone of a store that is new, e.g. Europe/London')
  .option('--replaces <import>', 'map an import again from its kept file; its rows the new mapping lacks go')
  .option(
    '--read <how>',
    'repeatable, overrules how it is read: encoding=utf-16le, delimiter=;, quote=, skip=2, header=false, ' +
      'decimal=,, dateOrder=dmy, sheet=NAME, member=NAME, format=jsonl, records=data.orders, lines=line_items, ' +
      'turned=false, filled=false',
    repeated,
  )
  .option('--suggest', 'only print the guessed mapping, ready to be saved and edited')
  .addHelpText(
    'after',
    '\nExit codes: 0 when rows came in or were there already, also beside rejected ones, which are noted; 1 when none did; 2 wrong use.',
  )
  .action(async (file, flags) => (await import('./cli/import.ts')).importFile(terminal(flags), file, flags))

command(program, 'presets', 'list the exports that are known by name, and what a mapping may aim at')
  .argument('[name]', 'a target or preset: lists the columns it takes')
  .action(async (name, flags) => (await import('./cli/import.ts')).presets(terminal(flags), name))

command(program, 'query', 'ask for metrics')
  .requiredOption('--metrics <names>', 'comma-separated, e.g. net_sales,orders')
  .option('--by <dimensions>', 'comma-separated, at most four, e.g. country')
  .option('--grain <grain>', 'hour, day, week, month, quarter or year')
  .option('--from <day>', 'first day, YYYY-MM-DD')
  .option('--to <day>', 'last day, inclusive')
  .option(
    '--window <name>',
    'today, yesterday, last_7_days, last_28_days, last_90_days, last_365_days, week_to_date, month_to_date, ' +
      'quarter_to_date, year_to_date, last_week, last_month, last_quarter, last_year or all_time',
  )
  .option(
    '--compare <names>',
    'comma-separated: previous_period, previous_days, last_year, last_year_weekday, last_year_event, last_year_restated, ' +
      'last_year_unrestated, from.DAY (as many days from that day on), plan.NAME',
  )
  .option('--filter <filter>', "repeatable: 'country=France|Spain', 'product~mug', 'net_sales>100'", repeated)
  .option('--stores <names>', 'comma-separated')
  .option('--currency <code>', 'currency of the answer')
  .option('--calendar <name>', 'gregorian, iso, 4-5-4, 4-4-5 or 5-4-4')
  .option('--sort <name>', "-net_sales is descending, '-net_sales@last_year' by the change")
  .option('--limit <n>', 'rows at most')
  .option('--offset <n>', 'rows to skip')
  .option('--subtotals', 'also a row for each value of the first dimensions')
  .option('--explain', 'how the answer is found: definitions, passes, SQL')
  .option('--format <format>', 'table, json or csv')
  .action(async flags => (await import('./cli/query.ts')).query(terminal(flags), flags))

command(program, 'metrics [name]', 'list metrics and dimensions with their definitions').action(
  async (name, flags) => (await import('./cli/query.ts')).metrics(terminal(flags), name),
)

command(
  program,
  'call [operation] [input]',
  'run any operation, e.g. call members.list {}; without a name lists all',
)
  .option('--file <path>', 'a file the operation takes, as its input "file"')
  .option('--out <path>', 'where an answer that is a file goes')
  .action(async (name, input, flags) => {
    const { call, list } = await import('./cli/call.ts')
    return name === undefined ? list(terminal(flags)) : call(terminal(flags), name, input, flags)
  })

command(program, 'operations', 'list every operation that call can run').action(async flags =>
  (await import('./cli/call.ts')).list(terminal(flags)),
)

command(program, 'connect <vendor>', 'connect shopify, magento, ga4, hubspot, marketo, asana or trello')
  .option('--credential <name=value>', 'repeatable: what the system asks for', repeated)
  .option('--base-url <url>', 'another address than the system’s own')
  .option('--store <name>', 'the store its rows belong to')
  .option('--name <name>', 'what the connection is called')
  .option('--privacy', 'keep nothing personal of customers')
  .option('--back-days <n>', 'how far back history is read; four years when absent')
  .option('--test', 'only try the credentials')
  .action(async (vendor, flags) =>
    (await import('./cli/connections.ts')).connect(terminal(flags), vendor, flags),
  )
command(program, 'connections', 'what is connected, how fresh it is, and what is wrong').action(async flags =>
  (await import('./cli/connections.ts')).list(terminal(flags)),
)
command(program, 'sync', 'read what is connected, to the end')
  .option('--connection <name>', 'repeatable; all when absent', repeated)
  .action(async flags => (await import('./cli/connections.ts')).sync(terminal(flags), flags))
command(program, 'simulate', 'play the seven systems of a made-up company over HTTP, on this machine only')
  .option('--port <n>', 'port to listen on; 4700 when absent', port)
  .option('--seed <n>', 'the same seed is the same company')
  .option('--days <n>', 'days of history; three years when absent')
  .option('--scale <n>', '1 is about fifty orders a day')
  .option('--until <day>', 'last day of the history; yesterday when absent')
  .option('--unsolved', 'a defect and a stock-out go on when the history ends')
  .option('--live', 'the clock runs with ours, instead of standing until it is moved')
  .option('--fault <name>', 'repeatable: a failure to show, e.g. shopify:http_500=3', repeated)
  .option('--leashed', 'end when the input ends: for whoever starts it')
  .action(async flags => (await import('./cli/simulate.ts')).simulate(terminal(flags), flags))

const user = program.command('user').description('people who may sign in').exitOverride()
command(user, 'list', 'who may sign in, with role and stores').action(async flags =>
  (await import('./cli/user.ts')).list(terminal(flags)),
)
command(user, 'add <email>', 'invite someone; prints the link')
  .option('--role <role>', 'owner, director, lead, contributor or viewer', 'viewer')
  .option('--stores <names>', 'comma-separated; all when absent')
  .action(async (email, flags) => (await import('./cli/user.ts')).add(terminal(flags), email, flags))
command(user, 'reset <email>', 'give somebody who is locked out a new password; prints it').action(
  async (email, flags) => (await import('./cli/user.ts')).reset(terminal(flags), email),
)

command(program, 'backup <dir>', 'write a consistent copy of everything into a new folder').action(
  async (folder, flags) => (await import('./cli/backup.ts')).backup(terminal(flags), folder),
)
command(program, 'restore <dir>', 'bring a backup back into an empty data folder')
  .option(
    '--erased <file>',
    'erased.jsonl of the folder that was in use: whoever was erased since stays erased',
  )
  .action(async (folder, flags) => (await import('./cli/backup.ts')).restore(terminal(flags), folder, flags))
command(program, 'doctor', 'what this runs on, how much and how fresh the data is, and what to mend').action(
  async flags => (await import('./cli/doctor.ts')).doctor(terminal(flags)),
)
command(program, 'mcp', 'speak the Model Context Protocol on stdin and stdout, for agents').action(
  async flags => (await import('./cli/mcp.ts')).mcp(terminal(flags)),
)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    const { report } = await import('./cli/terminal.ts')
    process.exitCode = report(error, process.argv.includes('--json'), text => void process.stderr.write(text))
  }
}
