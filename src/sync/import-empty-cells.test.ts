import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targets } from '#connectors/files/targets/index.ts'
import { Failure } from '#kernel/error.ts'
import { importRoom } from '../../test/import-room.ts'

const room = importRoom()

const cell: Readonly<Record<string, string>> = {
  number: '2',
  time: '2026-03-02',
  flag: 'true',
  text: 'x',
  code: 'x1',
}

describe.each(targets.map(target => [target.name, target] as const))('rows of %s', (name, target) => {
  const columns = Object.keys(target.columns)
  const all = columns.map(column =>
    column === 'currency' ? 'GBP' : (cell[target.columns[column]?.kind ?? 'text'] ?? ''),
  )

  it('with any of their cells empty, and with the fewest columns, are taken or refused in words', async () => {
    const lines = [
      all,
      ...columns.map((_, empty) => all.map((value, at) => (at === empty ? '' : value))),
      all.map(() => ''),
    ]
    // As few as the target can do with.
    const least = columns.reduce((kept, column) => {
      const without = kept.filter(one => one !== column)
      return target.missing(one => without.includes(one)) === null ? without : kept
    }, columns)
    const places = least.map(column => columns.indexOf(column))
    const files = [
      { columns, lines },
      { columns: least, lines: lines.map(line => places.map(at => line[at] ?? '')) },
    ]
    for (const [n, file] of files.entries()) {
      const path = join(room.folder, `${name}-${n}.csv`)
      writeFileSync(path, [file.columns, ...file.lines].map(line => line.join(',')).join('\n'))
      const mapping = {
        target: name,
        columns: Object.fromEntries(file.columns.map(column => [column, column])),
      }
      const made = await room.imports
        .run({ path, store: `${name}-${n}`.replaceAll('_', '-'), by: 'test', mapping })
        .catch((failure: Failure) => failure)
      if (made instanceof Failure) expect(made.code, `${made.message} ${file.columns}`).toBe('invalid')
      else expect(made.accepted + made.rejected + made.repeats).toBe(made.rows)
    }
  })
})
