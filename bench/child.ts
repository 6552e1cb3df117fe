import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/** What a run of the product's own command took. */
export interface Run {
  seconds: number
  /** Peak resident memory, in MB. */
  peak: number
  said: string
}

/** Runs `./quarterdeck WORDS` as a person would, and watches its memory. @throws with what it said when it fails. */
export function quarterdeck(words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn('./quarterdeck', words, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let complaints = ''
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, peakOf(child.pid))
    }, 20)
    child.stdout.on('data', chunk => {
      said += chunk
    })
    child.stderr.on('data', chunk => {
      complaints += chunk
    })
    child.once('error', reject)
    child.once('close', code => {
      clearInterval(watch)
      const seconds = (performance.now() - started) / 1000
      if (code === 0) resolve({ seconds, peak, said })
      else reject(new Error(`quarterdeck ${words.join(' ')} ended with ${code}:\n${said}${complaints}`))
    })
  })
}

/** The most a process has had resident so far, in MB, as Linux counts it; 0 when it is gone. */
export function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Seconds of processor a process has used so far, in all threads, as Linux counts them; 0 when it is gone. */
export function processorOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}
