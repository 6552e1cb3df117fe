import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authorization, baseString, signature } from './oauth.ts'

describe('signatures of OAuth 1.0a', () => {
  it('has the base string of RFC 5849 §3.4.1.1', () => {
    const parameters = [
      ['oauth_consumer_key', '9djdj82h48djs9d2'],
      ['oauth_token', 'kkk9d7dh3k39sjv7'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', '7d8f3e4a'],
      ['c2', ''],
      ['a3', '2 q'],
    ] as const
    expect(baseString('POST', 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b', parameters)).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    )
  })

  it('has the signatures of RFC 5849 §1.2', () => {
    const token = baseString('POST', 'https://photos.example.net/token', [
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_token', 'hh5s93j4hdidpola'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', 'walatlh'],
      ['oauth_verifier', 'hfdp7dh39dks9884'],
    ])
    expect(signature(token, 'kd94hf93k423kf44', 'hdhd0244k9j7ao03', 'sha1')).toBe(
      'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    )
    const photo = baseString('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original', [
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_token', 'nnch734d00sl2jdk'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131202'],
      ['oauth_nonce', 'chapoH'],
    ])
    expect(signature(photo, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00', 'sha1')).toBe(
      'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    )
  })

  it('signs brackets of a search once encoded, and the port of an address that has one', () => {
    const url =
      'http://shop.test:8080/rest/all/V1/orders?searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=2026-01-01%2000%3A00%3A00'
    const base = baseString('GET', url, [])
    expect(base).toBe(
      'GET&http%3A%2F%2Fshop.test%3A8080%2Frest%2Fall%2FV1%2Forders&searchCriteria%255BfilterGroups%255D%255B0%255D%255Bfilters%255D%255B0%255D%255Bvalue%255D%3D2026-01-01%252000%253A00%253A00',
    )
    expect(signature(base, 'a&b', 'c d')).toBe(
      createHmac('sha256', 'a%26b&c%20d').update(base).digest('base64'),
    )
  })

  it('writes the header, with the time of the vendor’s clock and a nonce that is new each time', () => {
    const keys = { consumerKey: 'ck', consumerSecret: 'cs', token: 't/k', tokenSecret: 'ts' }
    const header = authorization('GET', 'https://shop.test/rest/all/V1/orders', keys, 1_700_000_000_900, 'n1')
    expect(header).toMatch(
      /^OAuth oauth_consumer_key="ck", oauth_nonce="n1", oauth_signature_method="HMAC-SHA256"/,
    )
    expect(header).toContain('oauth_timestamp="1700000000", oauth_token="t%2Fk", oauth_version="1.0"')
    expect(header).not.toContain('cs')
    const nonce = () => /oauth_nonce="(\w+)"/.exec(authorization('GET', 'https://shop.test/', keys, 0))?.[1]
    expect(nonce()).not.toBe(nonce())
  })
})
