import type { Context } from 'hono'

const correlationId = '5f1d3c8e-0000-4000-8000-000000000000'

/** An error as the vendor words it. */
export const refuse = (
  context: Context,
  status: number,
  category: string,
  message: string,
  more: Record<string, unknown> = {},
): Response =>
  new Response(JSON.stringify({ status: 'error', message, correlationId, category, ...more }), {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...Object.fromEntries(context.res.headers) },
  })

/** Too often, by the limit's name. */
export const tooOften = (context: Context, policyName: string): Response =>
  new Response(
    JSON.stringify({
      status: 'error',
      message: `You have reached your ${policyName.toLowerCase()} limit.`,
      errorType: 'RATE_LIMIT',
      correlationId,
      policyName,
    }),
    {
      status: 429,
      headers: {
        'content-type': 'application/json;charset=utf-8',
        ...Object.fromEntries(context.res.headers),
      },
    },
  )
