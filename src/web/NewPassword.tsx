import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { post } from '#features/client.ts'
import { EmptyState } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { DoorPage } from './Door.tsx'

const shortest = 12

/** Name and password for someone whose link says who they are: first set-up and invitations. */
export function NewPassword(props: {
  title: string
  note: string
  button: string
  path: string
  /** The first owner is asked for an address; an invitation knows it. */
  withEmail: boolean
  withoutLink: string
}) {
  const [search] = useUrl()
  const [given, setGiven] = useState({ name: '', email: search.email ?? '', password: '', again: '' })
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const set = (key: keyof typeof given) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setGiven(now => ({ ...now, [key]: value }))
  }
  if (!search.token)
    return (
      <EmptyState title="This page needs the whole link">
        {props.withoutLink} <a href="/sign-in">Sign in</a> if you already have an account.
      </EmptyState>
    )
  const submit = async () => {
    if (given.password.length < shortest)
      return setError(`Use at least ${shortest} characters for the password.`)
    if (given.password !== given.again) return setError('The two passwords differ. Type the second again.')
    setBusy(true)
    setError(null)
    const outcome = await post(props.path, {
      token: search.token,
      name: given.name,
      password: given.password,
      ...(props.withEmail && { email: given.email }),
    })
    setBusy(false)
    if (outcome.ok) location.assign('/')
    else setError(outcome.message)
  }
  return (
    <DoorPage title={props.title} note={props.note} error={error} onSubmit={submit}>
      <TextInput
        label="Your name"
        size="sm"
        required
        autoFocus
        autoComplete="name"
        value={given.name}
        onChange={set('name')}
      />
      {props.withEmail && (
        <TextInput
          label="E-mail"
          type="email"
          size="sm"
          required
          autoComplete="username"
          value={given.email}
          onChange={set('email')}
        />
      )}
      <PasswordInput
        label="Password"
        description={`At least ${shortest} characters. A sentence is easier to remember than a word.`}
        size="sm"
        required
        autoComplete="new-password"
        value={given.password}
        onChange={set('password')}
      />
      <PasswordInput
        label="The same again"
        size="sm"
        required
        autoComplete="new-password"
        value={given.again}
        onChange={set('again')}
      />
      <Button type="submit" variant="filled" size="sm" loading={busy} fullWidth>
        {props.button}
      </Button>
    </DoorPage>
  )
}
