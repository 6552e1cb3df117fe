import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Letters that are written at once. */
const enough = 65_536

export interface Gatherer {
  /** Rejects when the stream takes no more, such as on a full disk. */
  write(text: string): Promise<void>
  /** Hands over what was gathered; the stream is the caller's to end. */
  flush(): Promise<void>
}

/** Gathers short texts before they are written: each write is work for another thread, whatever its length. */
export function gathering(stream: Writable): Gatherer {
  let text = ''
  const flush = async () => {
    const whole = text
    text = ''
    // One that failed or ended before would take the text without a word, and drop it.
    if (stream.errored) throw stream.errored
    if (whole !== '' && !stream.writable) throw new Error('What is to be written comes after the end.')
    if (whole !== '' && !stream.write(whole)) await once(stream, 'drain')
  }
  return {
    async write(more) {
      text += more
      if (text.length >= enough) await flush()
    },
    flush,
  }
}
