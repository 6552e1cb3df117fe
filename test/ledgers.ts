import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { postgresPrograms, throwawayPostgres } from './throwaway-postgres.ts'

/** A ledger a suite may fill: empty, and gone when it is closed. */
interface TestLedger {
  name: string
  open(): Promise<OpenLedger>
}

const programs = postgresPrograms()
let started: Promise<string> | undefined
/** The suite's own server where there is one; else one for this file, which ends with its process. */
const server = (): Promise<string> =>
  (started ??= process.env.TEST_DATABASE_URL
    ? Promise.resolve(process.env.TEST_DATABASE_URL)
    : throwawayPostgres(programs ?? '').then(({ url }) => url))

const run = async (url: string, statement: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** PGlite always; PostgreSQL too where it is installed. The same suite runs on each. */
export const ledgers: TestLedger[] = [
  { name: 'PGlite', open: () => openLedger({ folder: ':memory:' }) },
  ...(programs || process.env.TEST_DATABASE_URL
    ? [
        {
          name: 'PostgreSQL',
          open: async () => {
            const main = await server()
            const name = `t_${randomUUID().replaceAll('-', '')}`
            await run(main, `CREATE DATABASE ${name}`)
            const own = new URL(main)
            own.pathname = `/${name}`
            const open = await openLedger({ databaseUrl: own.href, folder: '' })
            return {
              ...open,
              close: async () => {
                await open.close()
                await run(main, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
              },
            }
          },
        },
      ]
    : []),
]
