import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { ended, program } from '../../test/command.ts'

const words = ['simulate', '--json', '--leashed', '--port', '0', '--days', '7', '--scale', '0.05']
/** Starts the systems as a demo does, hands on what they say, and waits for nothing. */
const starter = `
  const [program, ...words] = process.argv.slice(1)
  const child = require('node:child_process').spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdout.pipe(process.stdout)`

it('systems on a leash end with whoever started them, also when that is killed outright', async () => {
  const parent = spawn(process.execPath, ['-e', starter, program, ...words])
  const said = await new Promise<string>(done => {
    let text = ''
    parent.stdout.on('data', part => {
      text += part
      if (text.includes('\n')) done(text)
    })
  })
  const { url } = JSON.parse(said) as { url: string }
  const answers = () =>
    fetch(`${url}/clock`).then(
      answer => answer.ok,
      () => false,
    )
  expect(await answers()).toBe(true)
  parent.kill('SIGKILL')
  await ended(parent)
  await expect.poll(answers, { timeout: 30_000 }).toBe(false)
})
