import { createHmac } from 'node:crypto'
import type { Message } from '#postgres/tables/watch.ts'

/** A message as each kind of receiver takes it. */

/** Hosts of the vendors' own incoming webhooks; Teams: connectors, and workflows of Power Automate old and new. */
export const hostsOf: Readonly<Record<'slack' | 'teams', readonly string[]>> = {
  slack: ['hooks.slack.com'],
  teams: ['*.webhook.office.com', '*.logic.azure.com', '*.api.powerplatform.com'],
}

/** Plain text, for mail. */
export function textOf({ lead, items, caution, link }: Message): string {
  const parts = [
    ...(caution ? [caution] : []),
    lead,
    ...items.map(one => `${one.title}\n${one.text}\n${one.link}`),
    `All of it: ${link}`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** What Slack would read as its own signs. */
const slackSafe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Slack's limits: 50 blocks, 3,000 characters of a section, 150 of a header (Block Kit reference). */
const slackMost = { blocks: 50, section: 3000, header: 150 }

/** An incoming webhook of Slack: text for notifications, blocks for reading. */
export function slackOf({ subject, lead, items, caution, link }: Message): object {
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: text.slice(0, slackMost.section) },
  })
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: subject.slice(0, slackMost.header) } },
    ...(caution ? [section(`:warning: ${slackSafe(caution)}`)] : []),
    section(slackSafe(lead)),
    ...items.map(one => section(`*<${one.link}|${slackSafe(one.title)}>*\n${slackSafe(one.text)}`)),
  ]
  return {
    text: slackSafe(subject),
    blocks: [...blocks.slice(0, slackMost.blocks - 1), section(`<${link}|All alerts>`)],
  }
}

/** A Teams webhook, of a connector or a workflow: one Adaptive Card in a message. */
export function teamsOf({ subject, lead, items, caution, link }: Message): object {
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(subject, { size: 'Medium', weight: 'Bolder' }),
            ...(caution ? [block(caution, { color: 'Warning' })] : []),
            block(lead),
            ...items.flatMap(one => [
              block(`[${one.title.replaceAll(/[[\]]/g, '')}](${one.link})`, {
                weight: 'Bolder',
                spacing: 'Medium',
              }),
              block(one.text, { isSubtle: true, spacing: 'None' }),
            ]),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'All alerts', url: link }],
        },
      },
    ],
  }
}

/**
 * Headers that prove a webhook (Standard Webhooks 1.0): HMAC-SHA256 over `id.seconds.body`. The same id comes with every
 * try, so that who receives it twice knows.
 * @param secret `whsec_` and the key in base64
 */
export function signed(id: string, seconds: number, body: string, secret: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}
