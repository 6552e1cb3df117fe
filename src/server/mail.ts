import { createTransport } from 'nodemailer'

/** Sends mails, as plain text and where given as HTML beside it; gives false where no mail server is configured, so that the caller shows the link instead. */
export type Mail = (to: string, subject: string, text: string, html?: string) => Promise<boolean>

export const createMail = (settings: { url: string; from: string } | undefined): Mail => {
  if (!settings) return async () => false
  const transport = createTransport(settings.url)
  return async (to, subject, text, html) => {
    await transport.sendMail({ from: settings.from, to, subject, text, ...(html && { html }) })
    return true
  }
}
