import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { holderOf } from '#server/lock.ts'
import { connected } from './connect.ts'
import { recordsTable } from './print.ts'
import { type Terminal, WrongUse } from './terminal.ts'

/**
 * Runs any operation with a JSON input: what has no command of its own is reachable all the same. An input that is a file
 * is named by `file`; an answer that is one goes to `out`.
 */
export async function call(
  terminal: Terminal,
  name: string,
  input: string | undefined,
  { file, out }: { file?: string; out?: string } = {},
): Promise<void> {
  // A server knows them too: to ask it is quicker than to load them all here.
  const served = Boolean(holderOf(terminal.folder)?.url)
  if (!served) await known(name)
  let parsed: unknown
  try {
    parsed = input === undefined ? undefined : JSON.parse(input === '-' ? readFileSync(0, 'utf8') : input)
  } catch (error) {
    throw new WrongUse(`The input is not JSON: ${(error as Error).message}`)
  }
  if (file !== undefined) {
    if (!existsSync(file)) throw new WrongUse(`There is no file ${file}.`)
    parsed = { ...(parsed as object | undefined), file: new File([readFileSync(file)], basename(file)) }
  }
  await connected(terminal, `call ${name}`, async (_, run) => {
    const answer = await run(name, parsed).catch(async error => {
      if (served) await known(name)
      throw error
    })
    if (answer instanceof Blob) {
      if (out === undefined) throw new WrongUse('The answer is a file: say where it goes with --out.')
      const bytes = Buffer.from(await answer.arrayBuffer())
      try {
        writeFileSync(out, bytes)
      } catch (error) {
        throw new WrongUse(`--out ${out} cannot be written: ${(error as Error).message}.`)
      }
    } else terminal.out(JSON.stringify(answer ?? null, null, 2))
  })
}

/** Every operation with who may run it. */
export async function list(terminal: Terminal): Promise<void> {
  const all = await operationNames()
  terminal.out(terminal.json ? JSON.stringify(all) : recordsTable(all))
}

/** @throws WrongUse where no operation is called so */
async function known(name: string): Promise<void> {
  const all = await operationNames()
  if (!all.some(one => one.name === name))
    throw new WrongUse(`There is no operation "${name}". \`quarterdeck operations\` lists them all.`)
}

async function operationNames() {
  const { operationsOf } = await import('#features/base.ts')
  const { operations } = await import('#features/operations.ts')
  return operationsOf(operations).map(({ name, effect, role, summary }) => ({ name, effect, role, summary }))
}
