import type { Transporter } from 'nodemailer'

/**
 * Sends mails, as plain text and where given as HTML beside it, with files; gives false where no mail server is configured,
 * so that the caller shows the link instead.
 */
export type Mail = (
  to: string,
  subject: string,
  text: string,
  html?: string,
  files?: readonly File[],
) => Promise<boolean>

export const createMail = (settings: { url: string; from: string } | undefined): Mail => {
  if (!settings) return async () => false
  // Loaded with the first mail, not at every start.
  let transport: Transporter | undefined
  return async (to, subject, text, html, files = []) => {
    transport ??= (await import('nodemailer')).createTransport(settings.url)
    const attachments = await Promise.all(
      files.map(async file => ({
        filename: file.name,
        contentType: file.type,
        content: Buffer.from(await file.arrayBuffer()),
      })),
    )
    await transport.sendMail({ from: settings.from, to, subject, text, ...(html && { html }), attachments })
    return true
  }
}
