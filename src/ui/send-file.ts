/** Sends a file to the server, telling how far it is, until it is there or `signal` says to stop. Gives the id the server keeps it under. */
export const sendFile = (
  file: File,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `/api/uploads?name=${encodeURIComponent(file.name)}`)
    // Other sites cannot set it: the server believes a cookie only beside it.
    request.setRequestHeader('x-quarterdeck', '1')
    request.upload.onprogress = event => onProgress(event.loaded, event.total)
    signal?.addEventListener('abort', () => request.abort())
    request.onabort = () => reject(new Error('The file was not sent: it was stopped.'))
    request.onerror = () =>
      reject(
        new Error(
          'The file could not be sent: the server does not answer, or stopped listening. Nothing was imported; send it again.',
        ),
      )
    request.onload = () => {
      const answer = parsed(request.responseText)
      if (request.status < 300 && typeof answer.id === 'string') return resolve(answer.id)
      const said = [answer.message, answer.next].filter(text => typeof text === 'string').join(' ')
      reject(new Error(said || `The server refused the file (${request.status}).`))
    }
    request.send(file)
  })

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
