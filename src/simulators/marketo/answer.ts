import type { Context } from 'hono'

let asked = 0
const requestId = () => `${(asked++ % 65_536).toString(16)}#1a2b3c4d5e6`

/** A success, as the vendor wraps it. */
export const given = (context: Context, more: Record<string, unknown>): Response =>
  context.json({ requestId: requestId(), success: true, ...more })

/** A refusal: HTTP says all is well, the body says it is not. */
export const refused = (context: Context, code: string, message: string): Response =>
  context.json({ requestId: requestId(), success: false, errors: [{ code, message }] })
