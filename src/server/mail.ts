import { createTransport } from 'nodemailer'

/** Sends plain mails; gives false where no mail server is configured, so that the caller shows the link instead. */
export type Mail = (to: string, subject: string, text: string) => Promise<boolean>

export const createMail = (settings: { url: string; from: string } | undefined): Mail => {
  if (!settings) return async () => false
  const transport = createTransport(settings.url)
  return async (to, subject, text) => {
    await transport.sendMail({ from: settings.from, to, subject, text })
    return true
  }
}
