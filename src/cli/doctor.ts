import { connected } from './connect.ts'
import type { Terminal } from './terminal.ts'

/** Says what this runs on and what to mend. Fails when something must be mended. */
export async function doctor(terminal: Terminal): Promise<void> {
  const failed = await connected(terminal, 'doctor', async (client, _run, house) => {
    const checks = await client.connections.health()
    if (!house) checks.unshift({ name: 'server', state: 'ok', value: 'running, asked over HTTP' })
    if (terminal.json) terminal.out(JSON.stringify({ checks }))
    else
      for (const { name, state, value, next } of checks) {
        terminal.out(`${{ ok: '✓', warn: '!', fail: '✗' }[state]} ${name.padEnd(12)} ${value}`)
        if (next) terminal.out(`  ${' '.repeat(12)} → ${next}`)
      }
    return checks.some(check => check.state === 'fail')
  })
  if (failed) process.exitCode = 1
}
