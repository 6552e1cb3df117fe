import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { post, signInWays } from '#features/client.ts'
import { useUrl } from '#ui/url.ts'
import { DoorPage } from './Door.tsx'

const shortest = 12

/** A new password for who forgot it: by a mailed link, where this server sends mail. */
export function ForgottenPassword() {
  const [search] = useUrl()
  return search.token ? <Choose token={search.token} /> : <Ask />
}

function Ask() {
  const [email, setEmail] = useState('')
  const [mails, setMails] = useState<boolean | null>(null)
  const [sent, setSent] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    signInWays().then(ways => setMails(ways.reset))
  }, [])
  const submit = async () => {
    setBusy(true)
    setError(null)
    const outcome = await post('/api/auth/request-password-reset', { email })
    setBusy(false)
    if (outcome.ok) setSent(true)
    else setError(outcome.message)
  }
  const back = <a href="/sign-in">Back to sign in</a>
  if (mails === false)
    return (
      <DoorPage
        title="Ask an owner"
        note="This server sends no mail. An owner can give you a new password: under Members, by your name."
        onSubmit={() => location.assign('/sign-in')}
      >
        {back}
      </DoorPage>
    )
  if (sent)
    return (
      <DoorPage
        title="Look into your mail"
        note={`If ${email} has an account here, a link is on its way. It opens once, within an hour.`}
        onSubmit={() => location.assign('/sign-in')}
      >
        {back}
      </DoorPage>
    )
  return (
    <DoorPage
      title="Forgotten your password?"
      note="We mail you a link by which you choose a new one."
      error={error}
      onSubmit={submit}
    >
      <TextInput
        label="E-mail"
        type="email"
        size="sm"
        required
        autoFocus
        autoComplete="username"
        value={email}
        onChange={event => setEmail(event.currentTarget.value)}
      />
      <Button type="submit" variant="filled" size="sm" loading={busy} disabled={mails === null} fullWidth>
        Send the link
      </Button>
      {back}
    </DoorPage>
  )
}

function Choose({ token }: { token: string }) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    if (password.length < shortest) return setError(`Use at least ${shortest} characters for the password.`)
    if (password !== again) return setError('The two passwords differ. Type the second again.')
    setBusy(true)
    setError(null)
    const outcome = await post('/api/auth/reset-password', { token, newPassword: password })
    setBusy(false)
    if (outcome.ok) location.assign('/sign-in?renewed=yes')
    else setError(outcome.message)
  }
  return (
    <DoorPage
      title="Choose a new password"
      note="Wherever you are signed in, you will be signed out."
      error={error}
      onSubmit={submit}
    >
      <PasswordInput
        label="New password"
        description={`At least ${shortest} characters. A sentence is easier to remember than a word.`}
        size="sm"
        required
        autoFocus
        autoComplete="new-password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      <PasswordInput
        label="The same again"
        size="sm"
        required
        autoComplete="new-password"
        value={again}
        onChange={event => setAgain(event.currentTarget.value)}
      />
      <Button type="submit" variant="filled" size="sm" loading={busy} fullWidth>
        Save the password
      </Button>
    </DoorPage>
  )
}
