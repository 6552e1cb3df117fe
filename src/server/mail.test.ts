import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { audit, session, user, verification } from '#postgres/tables/members.ts'
import { openMailServer } from '../../test/mail-server.ts'
import { type Auth, createAuth } from './auth.ts'
import { readConfig } from './config.ts'
import { addressHeader } from './guard.ts'
import { createMail } from './mail.ts'

const url = 'http://localhost:4680'
const email = 'ada@example.com'
const password = 'a sentence nobody guesses'

describe('a letter', () => {
  it('arrives with its link whole, from the address that was set', async () => {
    const server = await openMailServer()
    const mail = createMail({ url: server.url, from: 'Quarterdeck <q@example.com>' })
    const link = `${url}/invitation?token=${'x'.repeat(43)}`
    expect(await mail('eve@example.com', 'Your invitation', `Come in.\n\n${link}\n\nOnce.`)).toBe(true)
    const letter = await server.next(0)
    expect(letter).toMatchObject({ to: ['eve@example.com'], subject: 'Your invitation' })
    expect(letter.text).toContain(`\r\n${link}\r\n`)
    await server.close()
  })
  it('brings its files beside its words, byte for byte', async () => {
    const server = await openMailServer()
    const mail = createMail({ url: server.url, from: 'q@example.com' })
    const bytes = Uint8Array.from({ length: 300 }, (_, n) => n % 256)
    const file = new File([bytes], 'Löwe.pdf', { type: 'application/pdf' })
    expect(await mail('eve@example.com', 'The week', 'In words.', '<p>In words.</p>', [file])).toBe(true)
    const { raw } = await server.next(0)
    const [, kept = ''] = /Content-Type: application\/pdf[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(raw) ?? []
    expect(Buffer.from(kept, 'base64')).toEqual(Buffer.from(bytes))
    expect(raw).toContain('Content-Disposition: attachment')
    expect(raw).toContain('In words.')
    await server.close()
  })
  it('that the server refuses is an error, and without a server there is none', async () => {
    const server = await openMailServer('refuses')
    const mail = createMail({ url: server.url, from: 'q@example.com' })
    await expect(mail('eve@example.com', 'x', 'y')).rejects.toThrow('no such person')
    await server.close()
    expect(await createMail(undefined)('eve@example.com', 'x', 'y')).toBe(false)
  })
})

describe('somebody who forgot their password', () => {
  let open: OpenLedger
  let auth: Auth
  let server: Awaited<ReturnType<typeof openMailServer>>
  let callers = 0

  const post = (path: string, body: object) =>
    auth.handler(
      new Request(`${url}/api/auth${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: url,
          [addressHeader]: `198.51.100.${callers++ % 250}`,
          'x-request-id': 'request-1',
        },
        body: JSON.stringify(body),
      }),
    )
  const linkIn = (text: string) => new URL(/http\S+/.exec(text)?.[0] ?? '')

  beforeAll(async () => {
    open = await openLedger({ folder: ':memory:' })
    server = await openMailServer()
    const config = readConfig({ LOG_LEVEL: 'silent', SMTP_URL: server.url }, ':memory:')
    auth = createAuth(config, open.ledger, url)
    const token = new URL((await auth.setUpLink()) ?? '').searchParams.get('token')
    await post('/set-up', { token, name: 'Ada', email, password })
  })
  afterAll(async () => {
    await open.close()
    await server.close()
  })

  it('is told in the same words whether the address has an account or not', async () => {
    const known = await post('/request-password-reset', { email })
    const unknown = await post('/request-password-reset', { email: 'mallory@example.com' })
    expect(await unknown.text()).toBe(await known.text())
    expect((await server.next(0)).to).toEqual([email])
    expect(server.letters).toHaveLength(1)
  })
  it('opens the mailed link once; sessions and other links end, and the audit tells', async () => {
    await post('/request-password-reset', { email })
    const older = linkIn((await server.next(0)).text)
    const link = linkIn((await server.next(1)).text)
    expect(link.pathname).toBe('/new-password')
    const token = link.searchParams.get('token') ?? ''
    const kept = JSON.stringify(await open.ledger.select().from(verification))
    expect(kept).not.toContain(token)
    expect((await post('/reset-password', { token, newPassword: 'short' })).ok).toBe(false)
    expect((await post('/reset-password', { token, newPassword: 'another long sentence' })).status).toBe(200)
    expect(await open.ledger.select().from(session)).toEqual([])
    const again = { newPassword: 'a third long sentence' }
    expect((await post('/reset-password', { token, ...again })).ok).toBe(false)
    expect((await post('/reset-password', { token: older.searchParams.get('token'), ...again })).ok).toBe(
      false,
    )
    expect((await post('/sign-in/email', { email, password })).status).toBe(401)
    expect((await post('/sign-in/email', { email, password: 'another long sentence' })).status).toBe(200)
    const told = await open.ledger.select().from(audit)
    expect(told.find(one => one.operation === 'members.resetOwnPassword')).toMatchObject({
      actorName: 'Ada',
      subject: email,
      request: 'request-1',
    })
    expect(JSON.stringify(told)).not.toContain(token)
  })
  it('is still asked for the second factor', async () => {
    await open.ledger.update(user).set({ twoFactorEnabled: true })
    await post('/request-password-reset', { email })
    const token = linkIn((await server.next(2)).text).searchParams.get('token')
    await post('/reset-password', { token, newPassword: 'a fourth long sentence' })
    const half = await post('/sign-in/email', { email, password: 'a fourth long sentence' })
    expect(await half.json()).toMatchObject({ twoFactorRedirect: true })
  })
  it('is not mailed anything where no mail is set up, and the page can say so', async () => {
    const without = createAuth(readConfig({ LOG_LEVEL: 'silent' }, ':memory:'), open.ledger, url)
    const ways = await without.handler(new Request(`${url}/api/auth/ways`))
    expect(await ways.json()).toEqual({ oidc: false, reset: false })
    expect(await (await auth.handler(new Request(`${url}/api/auth/ways`))).json()).toEqual({
      oidc: false,
      reset: true,
    })
  })
})
