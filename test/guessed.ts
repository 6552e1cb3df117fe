import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { importRoom } from './import-room.ts'

const money = ['gross', 'discounts', 'reversals', 'shipping', 'taxes']

/** Takes files into stores of a room by what is guessed of them, and adds up what came of it. */
export const guesser = (room: ReturnType<typeof importRoom>, currency = 'GBP') => {
  let files = 0
  const write = (lines: readonly string[], name = 'file.csv'): string => {
    files += 1
    const path = join(room.folder, `guess-${files}-${name}`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const sums = async (store: string): Promise<Record<string, number>> => {
    const [row] = await room.granary.query(
      `SELECT count(DISTINCT order_id) AS orders, sum(quantity) AS units, count(DISTINCT customer_id) AS customers,
       ${money.map(name => `round(sum(${name}), 2) AS ${name}`).join(', ')}
       FROM sales_lines WHERE store = {store:String}`,
      { store },
    )
    return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]))
  }
  const guessed = async (path: string, store: string) => {
    const preview = await room.imports.preview(path, {}, currency)
    const mapping = preview.suggestions[0]?.mapping
    if (!mapping) throw new Error(preview.warnings.join(' '))
    const came = await room.imports.run({ path, store, by: 'test', mapping, currency })
    return { preview, mapping, came, sums: await sums(store) }
  }
  return {
    write,
    guessed: (lines: readonly string[], store: string) => guessed(write(lines), store),
    guessedFile: guessed,
  }
}
