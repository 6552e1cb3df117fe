import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { hash, hashOf } from './target.ts'

test('a row is called what earlier versions called it, or it would come in once more', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const [row] = (
    await connection.runAndReadAll(`SELECT ${hash('a', 'b')} AS key, typeof(${hash('a', 'b')}) AS type,
      (SELECT count(*) FROM (SELECT CAST(i AS VARCHAR) AS x FROM range(5000) t(i))
       WHERE ${hashOf('x')} IS DISTINCT FROM md5_number_lower(x)) AS others
      FROM (SELECT '536365' AS a, DATE '2010-12-01' AS b)`)
  ).getRowObjectsJson()
  expect(row).toEqual({ key: '3658050311989277054', type: 'UBIGINT', others: '0' })
  connection.closeSync()
  instance.closeSync()
})
