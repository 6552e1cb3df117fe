import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { Failure } from '#kernel/error.ts'

/** A port that nobody uses now: the wanted one, or any. @throws the system's error where the wanted one is taken */
export const freePort = (host: string, wanted = 0) =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(wanted, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/**
 * A connection that nobody uses is kept for longer than proxies keep theirs (nginx one minute, Caddy two): who closes first
 * must be who asks, or a question meets a door that has just been shut.
 */
const idleMs = 150_000

/**
 * How long a whole request may be on its way. A file of gigabytes takes longer than the five minutes that are usual; bodies
 * of operations have a minute (see bodyLimit), and headers theirs.
 */
const requestMs = 3 * 3_600_000

/** Listens, and closes without cutting answers short for up to five seconds. */
export function listening(fetch: Parameters<typeof serve>[0]['fetch'], hostname: string, port: number) {
  return new Promise<{ port: number; close(): Promise<void> }>((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, info =>
      resolve({
        port: info.port,
        close: () =>
          new Promise(done => {
            const late = setTimeout(
              () => 'closeAllConnections' in server && server.closeAllConnections(),
              5_000,
            )
            server.close(() => {
              clearTimeout(late)
              done()
            })
            if ('closeIdleConnections' in server) server.closeIdleConnections()
          }),
      }),
    )
    if ('keepAliveTimeout' in server) {
      server.keepAliveTimeout = idleMs
      server.requestTimeout = requestMs
    }
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new Failure('conflict', `Port ${port} is taken by another program.`, {
              next: `Stop it, or choose another with --port, e.g. --port ${port + 1}.`,
              cause,
            })
          : cause,
      ),
    )
  })
}
