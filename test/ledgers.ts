import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { postgresPrograms, throwawayPostgres } from './throwaway-postgres.ts'

/** A ledger a suite may fill: empty, and gone when it is closed. */
interface TestLedger {
  name: string
  open(): Promise<OpenLedger>
}

const programs = postgresPrograms()

/** PGlite always; PostgreSQL too where it is installed. The same suite runs on each. */
export const ledgers: TestLedger[] = [
  { name: 'PGlite', open: () => openLedger({ folder: ':memory:' }) },
  ...(programs
    ? [
        {
          name: 'PostgreSQL',
          open: async () => {
            const server = await throwawayPostgres(programs)
            const open = await openLedger({ databaseUrl: server.url, folder: '' })
            return {
              ...open,
              close: async () => {
                await open.close()
                await server.stop()
              },
            }
          },
        },
      ]
    : []),
]
