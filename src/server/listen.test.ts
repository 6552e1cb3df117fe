import { Agent, request } from 'node:http'
import { expect, it } from 'vitest'
import { freePort, listening } from './listen.ts'

it('keeps idle connections for longer than a proxy does, and lets them go when it closes', async () => {
  const port = await freePort('127.0.0.1')
  const server = await listening(() => new Response('here'), '127.0.0.1', port)
  const agent = new Agent({ keepAlive: true })
  const idle = await new Promise<string | undefined>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, agent }, answer => {
      answer.resume().once('end', () => resolve(String(answer.headers['keep-alive'])))
    })
    asked.once('error', reject).end()
  })
  expect(Number(/timeout=(\d+)/.exec(idle ?? '')?.[1])).toBeGreaterThan(120)
  const before = performance.now()
  await server.close()
  expect(performance.now() - before).toBeLessThan(2000)
  agent.destroy()
})
