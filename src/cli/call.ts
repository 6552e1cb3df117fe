import { readFileSync } from 'node:fs'
import { connected } from './connect.ts'
import { recordsTable } from './print.ts'
import { type Terminal, WrongUse } from './terminal.ts'

/** Runs any operation with a JSON input: what has no command of its own is reachable all the same. */
export async function call(terminal: Terminal, name: string, input: string | undefined): Promise<void> {
  const all = await operationNames()
  if (!all.some(one => one.name === name))
    throw new WrongUse(`There is no operation "${name}". \`quarterdeck operations\` lists them all.`)
  let parsed: unknown
  try {
    parsed = input === undefined ? undefined : JSON.parse(input === '-' ? readFileSync(0, 'utf8') : input)
  } catch (error) {
    throw new WrongUse(`The input is not JSON: ${(error as Error).message}`)
  }
  await connected(terminal, `call ${name}`, async (_, run) => {
    terminal.out(JSON.stringify((await run(name, parsed)) ?? null, null, 2))
  })
}

/** Every operation with who may run it. */
export async function list(terminal: Terminal): Promise<void> {
  const all = await operationNames()
  terminal.out(terminal.json ? JSON.stringify(all) : recordsTable(all))
}

async function operationNames() {
  const { operationsOf } = await import('#features/base.ts')
  const { operations } = await import('#features/operations.ts')
  return operationsOf(operations).map(({ name, effect, role, summary }) => ({ name, effect, role, summary }))
}
