import { createServer, type Socket } from 'node:net'

/** A letter as it arrived. */
interface Letter {
  to: string[]
  subject: string
  /** The body, decoded. */
  text: string
  /** As it came. */
  raw: string
}

/** A mail server that keeps what it is sent: enough of SMTP (RFC 5321) for a client that asks for no more. */
export const openMailServer = async (answer: 'takes' | 'refuses' | 'is silent' = 'takes') => {
  const letters: Letter[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    let waiting = ''
    let to: string[] = []
    let body: string[] | null = null
    const line = (text: string) => {
      if (body) {
        if (text !== '.') return void body.push(text.replace(/^\.\./, '.'))
        letters.push(letterOf(to, body.join('\r\n')))
        ;[to, body] = [[], null]
        return socket.write('250 kept\r\n')
      }
      const recipient = /^RCPT TO:<(.+)>/i.exec(text)?.[1]
      if (recipient && answer === 'refuses') return socket.write('550 no such person\r\n')
      if (recipient) to.push(recipient)
      if (/^DATA/i.test(text)) body = []
      if (/^QUIT/i.test(text)) return socket.end('221 bye\r\n')
      return socket.write(body ? '354 go on\r\n' : '250 fine\r\n')
    }
    socket.on('data', chunk => {
      const parts = (waiting + chunk.toString('utf8')).split('\r\n')
      waiting = parts.pop() ?? ''
      for (const part of parts) line(part)
    })
    socket.on('error', () => undefined)
    if (answer !== 'is silent') socket.write('220 made-up mail\r\n')
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    /** Waits for one more letter than `before`. */
    async next(before = letters.length): Promise<Letter> {
      for (let tries = 0; tries < 200 && letters.length <= before; tries += 1)
        await new Promise(done => setTimeout(done, 25))
      const letter = letters[before]
      if (!letter) throw new Error('No letter came.')
      return letter
    },
    close: () =>
      new Promise<void>(done => {
        for (const socket of sockets) socket.destroy()
        server.close(() => done())
      }),
  }
}

/** Headers are folded, bodies may be written as quoted-printable (RFC 2045). */
const letterOf = (to: string[], raw: string): Letter => {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const body = raw.slice(end + 4)
  const quoted = /^content-transfer-encoding: quoted-printable/im.test(head)
  const text = quoted
    ? body
        .replaceAll('=\r\n', '')
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : body
  return { to, subject: /^subject: (.*)$/im.exec(head)?.[1] ?? '', text, raw }
}
