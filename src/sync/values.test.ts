import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ColumnType } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { fitting } from './values.ts'

let engine: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  engine = await DuckDBInstance.create(':memory:')
  connection = await engine.connect()
})
afterAll(() => {
  connection.closeSync()
  engine.closeSync()
})

const values = [
  ...[
    'abc',
    '',
    '1,5',
    'NaN',
    'Infinity',
    '1e5',
    '.5',
    '5.',
    '+5',
    '-0',
    '0.00004',
    '1.23456789',
    'x',
    'true',
  ],
  ...['9999999999', '99999999999.1', '9999999999999', '999999999999999', '999999999999999999', '1e17'],
  ...[1e21, 1e15, 1e-7, 0.1, 7, 23, 24, 200, 1.5, true, false],
  ...['2026-02-28', '2026-02-29', '2024-02-29', '2026-02-30', '0000-00-00', '2026-13-01', '12026-01-01'],
  ...['2026-01-05T00:00:00Z', '2026-01-01 10:00:00', '2026-01-31T10:00:00+02:00', '2026-01-01 25:00:00'],
  ...['2026-01-01 10:00:60', '2026-01-01 10:60:00', '2026-04-31 10:00:00', '2026-01-01 10:00:00.123', '7'],
]

test('what is held to be of a type the granary’s engine takes as one', async () => {
  const refused: string[] = []
  for (const type of Object.keys(duckdbTypes) as ColumnType[]) {
    const fits = fitting(type)
    for (const value of fits ? values.filter(fits) : []) {
      const row = JSON.stringify({ a: value })
      await connection
        .run(`SELECT json_transform_strict('${row}', '{"a": "${duckdbTypes[type]}"}')`)
        .catch(() => refused.push(`${type} ${row}`))
    }
  }
  expect(refused).toEqual([])
})

test('what vendors send of each type is held to be of it', () => {
  const usual: Partial<Record<ColumnType, (string | number | boolean)[]>> = {
    money: ['0', '-12.5', '1234567.8901', '1e5', '.5', 12.5],
    rate: ['0.19', '1.08123456'],
    count: ['0', '12', 12],
    flag: [true, false],
    day: ['2026-02-28', '2024-02-29', '2026-12-31'],
    time: ['2026-01-31 10:00:00', '2026-01-01T10:00:00Z', '2026-01-01 10:00:00.123'],
    hour: [0, 23, '7'],
  }
  for (const [type, some] of Object.entries(usual))
    for (const value of some)
      expect([type, value, fitting(type as ColumnType)?.(value)]).toEqual([type, value, true])
})
