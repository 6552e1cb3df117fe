import { Button, CopyButton, PasswordInput, TextInput } from '@mantine/core'
import { QRCodeSVG } from 'qrcode.react'
import { useState } from 'react'
import { post } from '#features/client.ts'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import css from './members.module.css'
import { spacedSecret } from './model.ts'

/** What the server hands over once: the secret as an address for the app, and the spare codes. */
interface Given {
  totpURI: string
  backupCodes: string[]
}

type Step =
  | { at: 'password'; act: 'enable' | 'disable' | 'codes' }
  | { at: 'scan'; given: Given }
  | { at: 'codes'; codes: string[] }

/** Sets the second factor up, renews its spare codes, or turns it off; each after the password. */
export function SecondFactor({ on, onDone }: { on: boolean; onDone: () => void }) {
  const [step, setStep] = useState<Step>({ at: 'password', act: on ? 'codes' : 'enable' })
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const go = (next: Step) => {
    setText('')
    setError(null)
    setStep(next)
  }
  const send = async <T,>(path: string, body: Record<string, unknown>, then: (value: T) => void) => {
    setBusy(true)
    setError(null)
    const outcome = await post<T>(`/api/auth/two-factor/${path}`, body)
    setBusy(false)
    if (outcome.ok) then(outcome.value)
    else setError(outcome.message)
  }
  const withPassword = (act: 'enable' | 'disable' | 'codes') => {
    if (act === 'enable') return send<Given>('enable', { password: text }, given => go({ at: 'scan', given }))
    if (act === 'disable') return send('disable', { password: text }, onDone)
    return send<Given>('generate-backup-codes', { password: text }, given =>
      go({ at: 'codes', codes: given.backupCodes }),
    )
  }
  const failed = error && (
    <p className={css.error} role="alert">
      {error}
    </p>
  )

  if (step.at === 'codes') return <SpareCodes codes={step.codes} onDone={onDone} />
  if (step.at === 'scan') {
    const secret = new URL(step.given.totpURI).searchParams.get('secret') ?? ''
    const confirm = () =>
      send('verify-totp', { code: text.replaceAll(/\s/g, '') }, () =>
        go({ at: 'codes', codes: step.given.backupCodes }),
      )
    return (
      <Form onSubmit={confirm}>
        <FormRow
          label="1. Scan it with your app"
          help="Any authenticator app does. Where you cannot scan, type the key below it."
        >
          <div className={css.code}>
            <QRCodeSVG
              value={step.given.totpURI}
              size={176}
              marginSize={2}
              title="Code to scan with an authenticator app"
            />
          </div>
          <p className={css.secret}>
            <code>{spacedSecret(secret)}</code>
          </p>
        </FormRow>
        <FormRow
          label="2. Type what it shows"
          for="second-code"
          help="Six digits; they change every 30 seconds."
        >
          <TextInput
            id="second-code"
            autoComplete="one-time-code"
            inputMode="numeric"
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
        </FormRow>
        {failed}
        <FormActions>
          <Button type="submit" variant="filled" loading={busy} disabled={!text}>
            Turn it on
          </Button>
        </FormActions>
      </Form>
    )
  }
  return (
    <Form onSubmit={() => withPassword(step.act)}>
      <FormRow label="Your password" for="second-password" help="To be sure that it is you.">
        <PasswordInput
          id="second-password"
          autoComplete="current-password"
          value={text}
          onChange={event => setText(event.currentTarget.value)}
        />
      </FormRow>
      {failed}
      <FormActions>
        <Button type="submit" variant="filled" loading={busy} disabled={!text}>
          {step.act === 'enable' ? 'Go on' : 'Show new spare codes'}
        </Button>
        {on && (
          <Button
            variant="subtle"
            color="bad"
            loading={busy}
            disabled={!text}
            onClick={() => withPassword('disable')}
          >
            Turn it off
          </Button>
        )}
      </FormActions>
    </Form>
  )
}

function SpareCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  return (
    <>
      <FormRow
        label="Keep these spare codes"
        help="Each opens once, when your phone is not at hand. They are shown this once; older ones no longer work."
      >
        <ul className={css.spare} aria-label="Spare codes">
          {codes.map(code => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy them'}
            </Button>
          )}
        </CopyButton>
      </FormRow>
      <FormActions>
        <Button variant="filled" onClick={onDone}>
          I have kept them
        </Button>
      </FormActions>
    </>
  )
}
