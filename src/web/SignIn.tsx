import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { post, signInWays } from '#features/client.ts'
import { useUrl } from '#ui/url.ts'
import { DoorPage } from './Door.tsx'
import css from './door.module.css'
import { safeBack } from './session.ts'

/** E-mail and password, then a code where two steps are set up. */
export function SignIn() {
  const [search] = useUrl()
  const [step, setStep] = useState<'password' | 'code' | 'recovery'>(
    search.step === 'code' ? 'code' : 'password',
  )
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [oidc, setOidc] = useState(false)
  useEffect(() => {
    signInWays().then(ways => setOidc(ways.oidc))
  }, [])
  const throughProvider = async () => {
    setError(null)
    const begun = await post<{ url?: string }>('/api/auth/sign-in/social', {
      provider: 'oidc',
      callbackURL: safeBack(search.back),
      errorCallbackURL: '/sign-in?refused=yes',
    })
    if (!begun.ok) setError(begun.message)
    else if (begun.value?.url) location.assign(begun.value.url)
  }
  const refused = search.refused
    ? 'Your company’s sign-in does not open an account here. Ask an owner to invite you first.'
    : search.error
      ? 'Signing in by your company’s sign-in broke off, or was already done. Begin again here.'
      : null
  // A full load, so that nothing read under another session stays in memory.
  const enter = () => location.assign(safeBack(search.back))

  const submit = async () => {
    setBusy(true)
    setError(null)
    const outcome =
      step === 'password'
        ? await post<{ twoFactorRedirect?: boolean }>('/api/auth/sign-in/email', { email, password })
        : step === 'code'
          ? await post<{ twoFactorRedirect?: boolean }>('/api/auth/two-factor/verify-totp', {
              code: code.replaceAll(/\s/g, ''),
            })
          : await post<{ twoFactorRedirect?: boolean }>('/api/auth/two-factor/verify-backup-code', {
              code: code.trim(),
            })
    setBusy(false)
    if (!outcome.ok) setError(outcome.message)
    else if (outcome.value?.twoFactorRedirect) {
      setStep('code')
      setPassword('')
    } else enter()
  }

  if (step !== 'password')
    return (
      <DoorPage
        title={step === 'code' ? 'Enter your code' : 'Enter a recovery code'}
        note={
          step === 'code'
            ? 'Six digits from your authenticator app.'
            : 'One of the codes you kept when you set up two steps. Each works once.'
        }
        error={error}
        onSubmit={submit}
      >
        <TextInput
          key={step}
          label="Code"
          size="sm"
          required
          autoFocus
          autoComplete="one-time-code"
          inputMode={step === 'code' ? 'numeric' : 'text'}
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" size="sm" loading={busy} fullWidth>
          Sign in
        </Button>
        <button
          type="button"
          className={css.link}
          onClick={() => {
            setCode('')
            setError(null)
            setStep(step === 'code' ? 'recovery' : 'code')
          }}
        >
          {step === 'code' ? 'Use a recovery code instead' : 'Use the authenticator app instead'}
        </button>
      </DoorPage>
    )
  return (
    <DoorPage
      title="Sign in"
      note={
        search.renewed
          ? 'Your new password is saved. Sign in with it.'
          : search.back
            ? 'Your session has ended, or you followed a link. You will be taken back to it.'
            : undefined
      }
      error={error ?? refused}
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
      <PasswordInput
        label="Password"
        size="sm"
        required
        autoComplete="current-password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" variant="filled" size="sm" loading={busy} fullWidth>
        Sign in
      </Button>
      <a className={css.link} href="/new-password">
        Forgotten your password?
      </a>
      {oidc && (
        <Button variant="default" size="sm" fullWidth onClick={throughProvider}>
          Sign in with your company’s account
        </Button>
      )}
    </DoorPage>
  )
}
