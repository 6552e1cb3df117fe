/** Sends a file to the server, telling how far it is. Gives the id the server keeps it under. */
export const sendFile = (file: File, onProgress: (done: number, total: number) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', `/api/uploads?name=${encodeURIComponent(file.name)}`)
    // Other sites cannot set it: the server believes a cookie only beside it.
    request.setRequestHeader('x-quarterdeck', '1')
    request.upload.onprogress = event => onProgress(event.loaded, event.total)
    request.onerror = () => reject(new Error('The file could not be sent: the server does not answer.'))
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
