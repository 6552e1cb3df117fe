import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'

describe('the environment', () => {
  it('is read with its defaults: loopback, port 4680, the embedded engines', () => {
    expect(readConfig({}, '/data')).toMatchObject({
      host: '127.0.0.1',
      port: 4680,
      databaseUrl: undefined,
      warehouseUrl: undefined,
    })
  })
  it('names every variable that cannot be used, at once', () => {
    expect(() =>
      readConfig({ PORT: 'eighty', PUBLIC_URL: 'shop.example', WAREHOUSE_MEMORY: 'much' }, '/data'),
    ).toThrow(/PORT .*PUBLIC_URL .*WAREHOUSE_MEMORY/)
    expect(() => readConfig({ OIDC_ISSUER: 'https://id.example' }, '/data')).toThrow('OIDC_CLIENT_ID')
  })
  it('takes what is set but empty as not set', () => {
    expect(readConfig({ DATABASE_URL: '', PORT: '' }, '/data')).toMatchObject({
      port: 4680,
      databaseUrl: undefined,
    })
  })
})

describe('the log', () => {
  it('never holds what opens a door, however deep it lies', () => {
    const lines: string[] = []
    const log = createLog('info', { write: line => lines.push(line) })
    const secret = 'qd_this_must_not_be_seen'
    log.info(
      {
        headers: { authorization: secret, cookie: secret, 'x-api-key': secret },
        password: secret,
        body: { token: secret, key: secret },
      },
      'request',
    )
    log.error({ err: Object.assign(new Error('refused'), { request: { secret } }) }, 'failed')
    expect(lines.length).toBe(2)
    expect(lines[0]).not.toContain(secret)
    expect(lines[0]).toContain('•••')
    expect(lines[1]).not.toContain(secret)
  })
  it('says why a query failed, but not the values it was asked with', () => {
    const lines: string[] = []
    const log = createLog('info', { write: line => lines.push(line) })
    const reason = Object.assign(new Error('duplicate key value'), {
      detail: 'Key (email)=(eve@example.com)',
    })
    const failed = new DrizzleQueryError('insert into "session" values ($1)', ['a-session-token'], reason)
    log.error({ err: failed }, 'operation failed')
    log.error(new Error('outer', { cause: failed }))
    expect(lines.join()).not.toMatch(/a-session-token|eve@/)
    for (const line of lines) {
      expect(line).toContain('insert into')
      expect(line).toContain('duplicate key value')
      expect(line).toContain('config.test.ts')
    }
  })
})
