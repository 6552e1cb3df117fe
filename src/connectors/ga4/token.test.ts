import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ga4Stage } from '../../../test/ga4-stage.ts'
import { assertion, serviceAccount, signed } from './token.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const email = 'reader@project.iam.gserviceaccount.com'
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

describe('a service account', () => {
  it('is read from the key file, or from its parts', () => {
    const file = JSON.stringify({
      type: 'service_account',
      client_email: email,
      private_key: pem,
      private_key_id: 'k1',
    })
    expect(serviceAccount({ key_file: file })).toMatchObject({ email, keyId: 'k1' })
    // As it is given on a command line, with its breaks written out.
    const typed = { client_email: email, private_key: pem.replaceAll('\n', '\\n') }
    expect(serviceAccount(typed)).toMatchObject({ email, keyId: '' })
  })
  it('says which part is missing or wrong, and never shows the key', () => {
    expect(() => serviceAccount({})).toThrow('client_email')
    expect(() => serviceAccount({ client_email: email })).toThrow('private_key')
    expect(() => serviceAccount({ key_file: '{' })).toThrow('no JSON')
    expect(() => serviceAccount({ key_file: '{"type":"authorized_user"}' })).toThrow('authorized_user')
    expect(() => serviceAccount({ client_email: email, private_key: 'abc' })).toThrow('cannot be read')
  })
  it('signs a claim for an hour that Google can verify', () => {
    const at = Date.parse('2026-11-21T12:00:00Z')
    const account = serviceAccount({ client_email: email, private_key: pem })
    const [head = '', claim = '', signature = ''] = assertion({ ...account, keyId: 'k1' }, at).split('.')
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
    expect(read(claim)).toEqual({
      iss: email,
      scope: 'https://www.googleapis.com/auth/analytics.readonly',
      aud: 'https://oauth2.googleapis.com/token',
      iat: at / 1000,
      exp: at / 1000 + 3600,
    })
    const key = createPublicKey(privateKey)
    const signed = Buffer.from(`${head}.${claim}`)
    expect(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true)
  })
  it('signs as the published example does (RFC 7515, appendix A.2)', () => {
    const jwk = {
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
      d: 'Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ',
      p: '4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc',
      q: 'uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc',
      dp: 'BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0',
      dq: 'h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU',
      qi: 'IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U',
    }
    const text =
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
    expect(signed(text, createPrivateKey({ format: 'jwk', key: jwk }))).toBe(
      `${text}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
    )
  })
})

describe('the token server', () => {
  const ask = async (made: (key: string, email: string, id: string) => Record<string, string>) => {
    const { app, credentials } = await ga4Stage({ days: 7 })
    const file = JSON.parse(credentials.key_file ?? '{}')
    const body = new URLSearchParams(made(file.private_key, file.client_email, file.private_key_id))
    const response = await app.request('/ga4/token', { method: 'POST', body })
    return { status: response.status, said: (await response.json()) as Record<string, unknown> }
  }
  const now = Date.parse('2026-11-21T12:00:00Z')
  const claimed = (key: string, from: string, id: string, at: number) =>
    assertion({ ...serviceAccount({ client_email: from, private_key: key }), keyId: id }, at)

  it('gives a token for an hour for a good claim', async () => {
    const { status, said } = await ask((key, from, id) => ({
      grant_type: grant,
      assertion: claimed(key, from, id, now),
    }))
    expect(status).toBe(200)
    expect(said).toMatchObject({ token_type: 'Bearer', expires_in: 3599 })
  })
  it.each([
    [
      'signed by another key',
      (_: string, from: string, id: string) => claimed(pem, from, id, now),
      /Signature/,
    ],
    ['of another account', (key: string, _: string, id: string) => claimed(key, email, id, now), /not found/],
    [
      'from two hours ago',
      (key: string, from: string, id: string) => claimed(key, from, id, now - 7_200_000),
      /reasonable timeframe/,
    ],
    [
      'from an hour ahead',
      (key: string, from: string, id: string) => claimed(key, from, id, now + 3_600_000),
      /reasonable timeframe/,
    ],
    ['that is none', () => 'a.b.c', /Bad Request/],
  ])('refuses a claim %s', async (_, make, why) => {
    const { status, said } = await ask((key, from, id) => ({
      grant_type: grant,
      assertion: make(key, from, id),
    }))
    expect(status).toBe(400)
    expect(said.error).toBe('invalid_grant')
    expect(said.error_description).toMatch(why)
  })
  it('is asked again by its own clock where ours is wrong, and a token is renewed when it is over', async () => {
    const { connect, seen, world } = await ga4Stage({ days: 7 })
    const engine = await connect()
    const tokens = () => seen.filter(one => one.path === '/token').map(one => one.status)
    // The clock of the test is months behind: refused once, then dated by Google's clock.
    expect(tokens()).toEqual([400, 200])
    await engine.round(['spend'])
    world.advance(2 * 3_600_000)
    await engine.round(['spend'])
    expect(tokens().at(-1)).toBe(200)
  })
  it('lets nobody read with an old, a changed or no token', async () => {
    const { app, world } = await ga4Stage({ days: 7 })
    const read = (authorization?: string) =>
      app.request('/ga4/v1beta/properties/312456789/metadata', {
        headers: authorization ? { authorization } : {},
      })
    expect((await read()).status).toBe(401)
    expect((await read(`Bearer ya29.c.${world.now() + 1000}.x`)).status).toBe(401)
  })
})
