import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { program, stage } from '../../test/command.ts'

const { place, run, serve, clear } = stage()
const data = join(place, 'data')
const children: (() => void)[] = []
afterAll(() => {
  for (const end of children) end()
  clear()
})

/** An agent's program: it starts the command, asks, and keeps it for as long as it runs itself. */
function agent() {
  const child = spawn(program, ['mcp', '--data', data], {
    cwd: place,
    env: { ...process.env, DATABASE_URL: '', WAREHOUSE_URL: '' },
  })
  children.push(() => child.kill())
  const waiting = new Map<number, (answer: unknown) => void>()
  let rest = ''
  child.stdout.on('data', part => {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { id, result } = JSON.parse(line)
      waiting.get(id)?.(result)
    }
  })
  let last = 0
  return (method: string, params: object): Promise<Record<string, unknown>> =>
    new Promise(resolve => {
      last += 1
      waiting.set(last, answer => resolve(answer as Record<string, unknown>))
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: last, method, params })}\n`)
    })
}

it('an agent that stays keeps the folder from nobody: other agents, commands and a server get their turn', async () => {
  const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const me = { name: 'members_me', arguments: {} }
  const [one, two] = [agent(), agent()]
  // Both are greeted and answered, though one process alone may hold the folder.
  for (const ask of [one, two]) expect(await ask('initialize', hello)).toHaveProperty('serverInfo')
  expect(await Promise.all([one('tools/call', me), two('tools/call', me)])).toMatchObject([
    { structuredContent: { role: 'owner' } },
    { structuredContent: { role: 'owner' } },
  ])
  expect((await run(['query', '--metrics', 'net_sales', '--data', data])).code).toBe(0)
  // They ask the server while there is one, and open the folder themselves when it has gone.
  const server = await serve(data)
  expect(await one('tools/call', me)).toMatchObject({ structuredContent: { role: 'owner' } })
  const gone = new Promise(resolve => server.child.once('exit', resolve))
  server.child.kill()
  await gone
  const after = await one('tools/call', me)
  const again = after.isError ? await one('tools/call', me) : after
  expect(again).toMatchObject({ structuredContent: { role: 'owner' } })
}, 90_000)
