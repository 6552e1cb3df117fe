import { delimiter, isAbsolute } from 'node:path'
import { z } from 'zod'
import { Failure } from '#kernel/error.ts'

const optional = z.string().trim().min(1).optional()

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4680),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUST_PROXY: z.stringbool().default(false),
  UPLOAD_LIMIT_MB: z.coerce.number().int().positive().default(4096),
  DATABASE_URL: optional,
  WAREHOUSE_URL: optional,
  WAREHOUSE_CLUSTER: optional,
  WAREHOUSE_MEMORY: z
    .string()
    .regex(/^\d+(MB|GB)$/, 'is a number with MB or GB, e.g. 4GB')
    .optional(),
  QUARTERDECK_SECRET: optional,
  WATCH_FOLDER: z
    .string()
    .default('')
    .transform(text => text.split(delimiter).filter(one => one.trim() !== ''))
    .refine(all => all.every(isAbsolute), 'names folders by their whole path, from / on'),
  SMTP_URL: optional,
  MAIL_FROM: z.string().default('Quarterdeck <quarterdeck@localhost>'),
  OIDC_ISSUER: optional,
  OIDC_CLIENT_ID: optional,
  OIDC_CLIENT_SECRET: optional,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** How this installation is set up: the environment, checked and named. */
export interface Config {
  folder: string
  port: number
  host: string
  /** Address people use; its scheme decides whether cookies are for https only. */
  baseUrl: string | undefined
  trustProxy: boolean
  /** Bytes. */
  uploadLimit: number
  databaseUrl: string | undefined
  warehouseUrl: string | undefined
  warehouseCluster: string | undefined
  warehouseMemory: string | undefined
  secret: string | undefined
  /** Folders in which files may be watched for. */
  watchFolders: readonly string[]
  mail: { url: string; from: string } | undefined
  oidc: { issuer: string; clientId: string; clientSecret: string } | undefined
  logLevel: string
}

/** @throws Failure('invalid') that names each variable that cannot be used, and why. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>, folder: string): Config => {
  const known = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(known)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(i => `${i.path.join('.')} ${i.message}`).join('; ')
    throw new Failure('invalid', `The environment cannot be used: ${issues}.`, {
      next: 'Mend or unset these variables; the README lists them.',
    })
  }
  const e = parsed.data
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = e
  const oidc = issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : undefined
  if (!oidc && (issuer || clientId || clientSecret))
    throw new Failure(
      'invalid',
      'Sign-in by OIDC needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET together.',
    )
  return {
    folder,
    port: e.PORT,
    host: e.HOST,
    baseUrl: e.PUBLIC_URL,
    trustProxy: e.TRUST_PROXY,
    uploadLimit: e.UPLOAD_LIMIT_MB * 1_048_576,
    databaseUrl: e.DATABASE_URL,
    warehouseUrl: e.WAREHOUSE_URL,
    warehouseCluster: e.WAREHOUSE_CLUSTER,
    warehouseMemory: e.WAREHOUSE_MEMORY,
    secret: e.QUARTERDECK_SECRET,
    watchFolders: e.WATCH_FOLDER,
    mail: e.SMTP_URL ? { url: e.SMTP_URL, from: e.MAIL_FROM } : undefined,
    oidc,
    logLevel: e.LOG_LEVEL,
  }
}
