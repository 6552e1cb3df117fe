import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLSchema, parse, validate } from 'graphql'
import { judgeGraph, judgeLine } from './graph.ts'
import { type Contract, type Judge, judgeOf, type Overlay } from './judge.ts'
import type { Exchange } from './proxy.ts'

/** Says what is wrong with an exchange, in words; empty where nothing is. */
export type Judged = (exchange: Exchange) => string[]

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T

export const overlaysOf = (vendor: string): Overlay[] =>
  ['hubspot', 'trello'].includes(vendor) ? [] : read(`./${vendor}-overlay.json`)
/** The contract of a vendor as it is kept here. */
export const reducedOf = (vendor: string): Contract => read(`./${vendor}.json`)
export const reducedSchema = (): GraphQLSchema =>
  buildSchema(
    readFileSync(
      new URL('../../src/simulators/shopify/contract/admin-2026-10.graphql', import.meta.url),
      'utf8',
    ),
    { assumeValid: true },
  )

/** Where each vendor's paths begin, below its name. */
const bases: Readonly<Record<string, RegExp>> = { magento: /^\/rest\/[a-z_]+/ }

/** Magento's file names only the first filter and the first sort; its guide to searches takes any number of both. */
const firstOnly = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams(
    [...query].map(([name, value]) => [
      name
        .replace(/\[filterGroups\]\[\d+\]\[filters\]\[\d+\]/, '[filterGroups][0][filters][0]')
        .replace(/\[sortOrders\]\[\d+\]/, '[sortOrders][0]'),
      value,
    ]),
  )

const isJson = (headers: Headers) => headers.get('content-type')?.includes('json') === true

/** Judges by a contract over HTTP. */
export function byContract(vendor: string, contract: Contract): Judged {
  const judge: Judge = judgeOf(contract, overlaysOf(vendor))
  return ({ method, path, query, asked, body, status, told, answer }) => {
    const below = path.replace(bases[vendor] ?? /^/, '')
    const sent = body !== '' && isJson(asked) ? (JSON.parse(body) as unknown) : undefined
    return [
      ...judge.request(method, below, vendor === 'magento' ? firstOnly(query) : query, sent),
      ...(isJson(told) ? judge.response(method, below, status, JSON.parse(answer)) : []),
    ]
  }
}

/** Judges Shopify: questions and answers by a schema, exports line by line, the exchange for a token by its guide. */
export const bySchema =
  (schema: GraphQLSchema): Judged =>
  ({ path, body, answer, told }) => {
    if (path === '/admin/oauth/access_token') {
      const { access_token, expires_in } = JSON.parse(answer) as Record<string, unknown>
      return typeof access_token === 'string' && Number.isInteger(expires_in) ? [] : ['token: not as told']
    }
    if (path.startsWith('/bulk/'))
      return answer
        .split('\n')
        .filter(Boolean)
        .flatMap(line => judgeLine(schema, JSON.parse(line) as Record<string, unknown>))
    if (!/^\/admin\/api\/\d{4}-\d\d\/graphql\.json$/.test(path)) return [`${path}: no such address`]
    const { query, variables = {} } = JSON.parse(body) as {
      query: string
      variables?: Record<string, unknown>
    }
    // What an export asks for stands in a variable of the question that starts it.
    const inner = query.includes('bulkOperationRunQuery') ? String(variables.query) : null
    return [
      ...(inner ? validate(schema, parse(inner)).map(error => `export: ${error.message}`) : []),
      ...(told.get('x-shopify-api-version') ? [] : ['answer: without its version']),
      ...judgeGraph(schema, { query, variables, answer: JSON.parse(answer) }),
    ]
  }

/** Vendors' own addresses with a secret in them: there is no other way to ask that. */
const secretByContract = /\/identity\/oauth\/token$|^\/1\/tokens\/[^/]+\/webhooks$/

/** What holds for every vendor: who asks is told in a header, never in an address, and what is sent says what it is. */
export const byManners =
  (secrets: readonly string[]): Judged =>
  ({ method, path, query, asked, body, told, answer, status }) => [
    ...(secrets.some(secret => path.includes(secret) || [...query.values()].includes(secret)) &&
    !secretByContract.test(path)
      ? ['a secret stands in the address']
      : []),
    ...(body !== '' && !asked.get('content-type') ? ['a body without its type'] : []),
    ...(method === 'GET' && body !== '' ? ['a GET with a body'] : []),
    // Files lie elsewhere, at signed addresses: nothing more is told there.
    ...(asked.get('user-agent') === 'Quarterdeck' || path.startsWith('/bulk/')
      ? []
      : ['nobody says who asks']),
    ...(answer !== '' && !told.get('content-type') ? [`an answer ${status} without its type`] : []),
  ]
