import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenLedger } from '#postgres/open.ts'
import { audit, twoFactor } from '#postgres/tables/members.ts'
import { codeOf } from '../../test/authenticator.ts'
import { ledgers } from '../../test/ledgers.ts'
import { type Auth, createAuth } from './auth.ts'
import { readConfig } from './config.ts'
import { addressHeader } from './guard.ts'

const url = 'http://localhost:4680'
const email = 'ada@example.com'
const password = 'a sentence nobody guesses'

describe.each(ledgers)('somebody who signs in, on $name', place => {
  let open: OpenLedger
  let auth: Auth
  let cookie: string
  let secret: string
  let backup: string[]
  let callers = 0
  const next = () => {
    callers += 1
    return callers
  }

  /** Each from another address, so that only what is tested is limited. */
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    auth.handler(
      new Request(`${url}/api/auth${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: url,
          [addressHeader]: `198.51.100.${next() % 250}`,
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    )
  const cookiesOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .filter(line => !/max-age=0/i.test(line))
      .map(line => line.split(';')[0])
      .join('; ')
  const who = (jar: string) => auth.who(new Headers({ cookie: jar }))
  const told = async () => (await open.ledger.select().from(audit).orderBy(audit.at)).map(e => e.operation)

  beforeAll(async () => {
    open = await place.open()
    auth = createAuth(readConfig({ LOG_LEVEL: 'silent' }, ':memory:'), open.ledger, url)
    const token = new URL((await auth.setUpLink()) ?? '').searchParams.get('token')
    cookie = cookiesOf(await post('/set-up', { token, name: 'Ada', email, password }))
  })
  afterAll(() => open.close())

  it('adds a second factor, which from then on is asked for', async () => {
    const enabled = await post('/two-factor/enable', { password }, { cookie })
    const given = (await enabled.json()) as { totpURI: string; backupCodes: string[] }
    secret = new URL(given.totpURI).searchParams.get('secret') ?? ''
    backup = given.backupCodes
    const wrong = await post('/two-factor/verify-totp', { code: '000000' }, { cookie })
    expect(wrong.ok).toBe(codeOf(secret) === '000000')
    const confirmed = await post('/two-factor/verify-totp', { code: codeOf(secret) }, { cookie })
    expect(confirmed.status).toBe(200)
    cookie = cookiesOf(confirmed) || cookie

    const half = await post('/sign-in/email', { email, password })
    expect(await half.json()).toMatchObject({ twoFactorRedirect: true })
    expect(await who(cookiesOf(half))).toBeNull()
    const whole = await post('/two-factor/verify-totp', { code: codeOf(secret) }, { cookie: cookiesOf(half) })
    expect(await who(cookiesOf(whole))).toMatchObject({ name: 'Ada', role: 'owner' })
  })
  it('is asked for it in every browser: none is trusted past it', async () => {
    for (const [path, code] of [
      ['verify-totp', codeOf(secret)],
      ['verify-backup-code', backup[2]],
    ]) {
      const half = cookiesOf(await post('/sign-in/email', { email, password }))
      const trusting = await post(`/two-factor/${path}`, { code, trustDevice: true }, { cookie: half })
      expect(await trusting.json()).toMatchObject({ code: 'NO_TRUSTED_DEVICES' })
      expect(await who(cookiesOf(trusting))).toBeNull()
    }
  })
  it('may use each spare code once', async () => {
    const spare = async () => {
      const half = await post('/sign-in/email', { email, password })
      return post('/two-factor/verify-backup-code', { code: backup[0] }, { cookie: cookiesOf(half) })
    }
    expect((await spare()).status).toBe(200)
    expect((await spare()).ok).toBe(false)
  })
  it('cannot switch the second factor off without the password', async () => {
    expect((await post('/two-factor/disable', { password: 'something else' }, { cookie })).ok).toBe(false)
    expect(await open.ledger.select().from(twoFactor)).toHaveLength(1)
  })
  it('does not get on by guessing codes, from however many addresses', async () => {
    const half = cookiesOf(await post('/sign-in/email', { email, password }))
    for (let n = 0; n < 12; n += 1)
      await post('/two-factor/verify-totp', { code: `00000${n % 10}` }, { cookie: half })
    const right = await post('/two-factor/verify-totp', { code: codeOf(secret) }, { cookie: half })
    expect(right.ok).toBe(false)
    await open.ledger.update(twoFactor).set({ lockedUntil: null, failedVerificationCount: 0 })
  })
  it('is limited by the address the door saw, whatever the request claims', async () => {
    const tries: number[] = []
    for (let n = 0; n < 7; n += 1) {
      const headers = { [addressHeader]: `203.0.113.${open.kind.length}`, 'x-forwarded-for': `192.0.2.${n}` }
      tries.push((await post('/sign-in/email', { email, password: `wrong ${n} wrong` }, headers)).status)
    }
    expect(tries[0]).toBe(401)
    expect(tries.at(-1)).toBe(429)
    // Others are not kept out by it.
    expect((await post('/sign-in/email', { email, password })).status).toBe(200)
  })
  it('ends other sessions by changing the password, and is let in by the new one only', async () => {
    const changed = await post(
      '/change-password',
      { currentPassword: password, newPassword: 'another long sentence', revokeOtherSessions: true },
      { cookie },
    )
    expect(changed.status).toBe(200)
    expect(await who(cookie)).toBeNull()
    cookie = cookiesOf(changed)
    expect(await who(cookie)).toMatchObject({ name: 'Ada' })
    expect((await post('/sign-in/email', { email, password })).status).toBe(401)
  })
  it('finds all of it in the audit, with nothing that opens a door', async () => {
    await post('/sign-out', {}, { cookie })
    expect(await who(cookie)).toBeNull()
    expect(await told()).toEqual([
      'members.setUp',
      'members.setUpTwoFactor',
      'members.confirm',
      'members.signIn',
      'members.signIn',
      'members.changePassword',
      'members.signOut',
    ])
    const rows = JSON.stringify(await open.ledger.select().from(audit))
    for (const word of [password, secret, backup[1] ?? '', 'another long sentence'])
      expect(rows).not.toContain(word)
  })
  it('is not turned away as a stranger when the ledger fails', async () => {
    const other = await place.open()
    const broken = createAuth(readConfig({ LOG_LEVEL: 'silent' }, ':memory:'), other.ledger, url)
    const token = new URL((await broken.setUpLink()) ?? '').searchParams.get('token')
    const made = await broken.handler(
      new Request(`${url}/api/auth/set-up`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ token, name: 'Eve', email: 'eve@example.com', password }),
      }),
    )
    await other.close()
    await expect(broken.who(new Headers({ cookie: cookiesOf(made) }))).rejects.toBeDefined()
  })
})

describe('the secret sessions are signed with', () => {
  it('is made once, for the owner of the folder only, and kept', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'))
    const ledger = {} as OpenLedger['ledger']
    const path = join(folder, 'secret')
    createAuth(readConfig({}, folder), ledger, url)
    const made = readFileSync(path, 'utf8')
    expect(made.length).toBeGreaterThanOrEqual(43)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    createAuth(readConfig({}, folder), ledger, url)
    expect(readFileSync(path, 'utf8')).toBe(made)
    expect(existsSync(`${path}.${process.pid}`)).toBe(false)
    expect(() => createAuth(readConfig({ QUARTERDECK_SECRET: 'short' }, folder), ledger, url)).toThrow(
      'too short',
    )
    rmSync(folder, { recursive: true })
  })
})
