import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useUrl } from './url.ts'

/** A moment without typing. */
const pauseMs = 250

/**
 * A field one narrows a screen by. What it holds is in the address (`find`), so that Back, a link and the palette all say it;
 * it is written there once typing pauses. `also` is what goes from the address with it, such as the page one is on.
 */
export function FindField({
  label,
  placeholder,
  also = [],
}: {
  label: string
  placeholder: string
  also?: readonly string[]
}) {
  const [search, setUrl] = useUrl()
  const kept = search.find ?? ''
  const [text, setText] = useState(kept)
  /** What the address says by this field's doing: anything else comes from elsewhere. */
  const written = useRef(kept)
  useEffect(() => {
    if (kept === written.current) return
    written.current = kept
    setText(kept)
  }, [kept])
  const write = () => {
    if (text === written.current) return
    written.current = text
    const gone = Object.fromEntries(also.map(name => [name, undefined]))
    setUrl({ ...gone, find: text || undefined }, { replace: true })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written is the text that stood still
  useEffect(() => {
    const later = setTimeout(write, pauseMs)
    return () => clearTimeout(later)
  }, [text])
  return (
    <TextInput
      aria-label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={14} stroke={1.6} aria-hidden="true" />}
      value={text}
      onChange={event => setText(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === 'Enter') write()
      }}
    />
  )
}
