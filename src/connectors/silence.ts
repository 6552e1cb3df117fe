import { Failure } from '#kernel/error.ts'

/** Why nothing whole came back: what is said of the vendor after its name, what to do next, and the code of it for the log. */
export interface Silence {
  says: string
  next: string
  code: string
}

const later = 'It is tried again at the next turn.'
const reasons: readonly { codes: RegExp; says: string; next: string }[] = [
  {
    codes: /^(ENOTFOUND|EAI_\w+|ENODATA)$/,
    says: 'cannot be reached: the name of its address is not known.',
    next: `${later} Check the address of the connection; if it is right, whether this server reaches the internet.`,
  },
  {
    codes: /^(no answer in time|ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    says: 'took too long to answer.',
    next: `${later} If it stays so, look at the vendor’s status page.`,
  },
  {
    codes: /CERT|^(ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_VERIFY_LEAF_SIGNATURE$)/,
    says: 'cannot be trusted: the certificate of its address is not valid. Nothing was sent to it.',
    next: `${later} Check the address of the connection; if it is right, whoever runs that server has to renew its certificate.`,
  },
  {
    codes: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/,
    says: 'cannot be reached: nothing answers at its address.',
    next: `${later} If it stays so, check the address of the connection and look at the vendor’s status page.`,
  },
]
const brokenOff = {
  says: 'breaks off before its answer is whole.',
  next: `${later} If it stays so, look at the vendor’s status page.`,
}

/** Reads the code out of what `fetch` failed of, which wraps the cause in an error of its own. */
export function silenceOf(error: unknown): Silence {
  const inner = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  const named = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : inner?.code
  const code = typeof named === 'string' ? named : error instanceof Error ? error.message : String(error)
  const { says, next } = reasons.find(one => one.codes.test(code)) ?? brokenOff
  return { says, next, code }
}

/** The failure of a vendor that gives no answer, in words; the code stands in its details. */
export const silent = (vendor: string, { says, next, code }: Silence, details: Record<string, unknown>) =>
  new Failure('unavailable', `${vendor} ${says}`, { next, details: { ...details, code } })
