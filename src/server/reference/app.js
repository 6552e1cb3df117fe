// The browsable reference: reads the OpenAPI document, lists every operation, lets one try it.
const byId = id => document.getElementById(id)

/** @returns {HTMLElement} */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

const spec = await (await fetch('/api/openapi.json')).json()

function resolve(schema, depth = 0) {
  if (!schema || depth > 8) return schema
  if (schema.$ref)
    return resolve(
      schema.$ref
        .slice(2)
        .split('/')
        .reduce((at, part) => at?.[part], spec),
      depth + 1,
    )
  return schema
}

/** An example body: what is required, and nothing one would have to invent. */
function example(schema, depth = 0) {
  const one = resolve(schema)
  if (!one || depth > 6) return null
  if (one.examples?.length) return one.examples[0]
  if (one.default !== undefined) return one.default
  if (one.const !== undefined) return one.const
  if (one.enum) return one.enum[0]
  const branch = one.anyOf?.[0] ?? one.oneOf?.[0] ?? one.allOf?.[0]
  if (branch) return example(branch, depth + 1)
  if (one.type === 'object' || one.properties) {
    const required = new Set(one.required ?? [])
    return Object.fromEntries(
      Object.entries(one.properties ?? {})
        .filter(([name]) => required.has(name))
        .map(([name, inner]) => [name, example(inner, depth + 1)]),
    )
  }
  if (one.type === 'array') return [example(one.items, depth + 1)]
  if (one.type === 'integer' || one.type === 'number') return one.minimum ?? 0
  if (one.type === 'boolean') return false
  return ''
}

const pretty = value => JSON.stringify(value, null, 2)

async function send(verb, path, inputs, body) {
  const query = new URLSearchParams()
  let address = path
  for (const [parameter, input] of inputs) {
    if (input.value === '') continue
    if (parameter.in === 'path')
      address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value))
    else query.set(parameter.name, input.value)
  }
  const key = byId('key').value
  const answer = await fetch(`/api/v1${address}${query.size ? `?${query}` : ''}`, {
    method: verb.toUpperCase(),
    headers: { 'x-quarterdeck': '1', 'content-type': 'application/json', ...(key && { 'x-api-key': key }) },
    ...(body && { body: body.value }),
  })
  const text = await answer.text()
  try {
    return `${answer.status}\n${pretty(JSON.parse(text))}`
  } catch {
    return `${answer.status}\n${text}`
  }
}

/** A line for each way it can fail: the status and what it means. */
const failures = responses =>
  Object.entries(responses ?? {})
    .filter(([status]) => status >= '400')
    .map(([status, response]) => `${status}  ${resolve(response)?.description ?? ''}`)
    .join('\n')

function operation(verb, path, one) {
  const schema = one.requestBody?.content?.['application/json']?.schema
  const result = Object.entries(one.responses ?? {}).find(([status]) => status.startsWith('2'))
  const body =
    schema && element('textarea', { value: pretty(example(schema)), ariaLabel: 'Body', spellcheck: false })
  const inputs = (one.parameters ?? []).map(parameter => [
    parameter,
    element('input', { ariaLabel: parameter.name, required: Boolean(parameter.required) }),
  ])
  const output = element('pre', { hidden: true })
  const button = element('button', { type: 'button', textContent: 'Send' })
  button.addEventListener('click', async () => {
    output.hidden = false
    output.textContent = '…'
    output.textContent = await send(verb, path, inputs, body).catch(error => String(error))
  })
  const part = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { className: 'verb', textContent: verb.toUpperCase() }),
      element('span', { className: 'path', textContent: path }),
      element('span', { className: 'about', textContent: one.summary ?? '' }),
    ),
    element('p', { textContent: one.description ?? '' }),
    ...inputs.map(([parameter, input]) =>
      element(
        'p',
        {},
        element('label', {}, `${parameter.name}${parameter.required ? '' : ' (optional)'} `, input),
      ),
    ),
    ...(schema
      ? [element('h4', { textContent: 'Body' }), element('pre', { textContent: pretty(schema) }), body]
      : []),
    element('p', {}, button),
    output,
    element('h4', { textContent: 'Answer' }),
    element('pre', { textContent: pretty(result?.[1]?.content?.['application/json']?.schema ?? {}) }),
    element('h4', { textContent: 'When it fails' }),
    element('pre', { textContent: failures(one.responses) }),
  )
  part.dataset.words = `${verb} ${path} ${one.summary ?? ''}`.toLowerCase()
  return part
}

const rooms = Map.groupBy(
  Object.entries(spec.paths ?? {}).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, one]) => ({ verb, path, one })),
  ),
  ({ path, one }) => one.tags?.[0] ?? path.split('/')[1] ?? '',
)
const list = byId('operations')
list.replaceChildren(
  ...[...rooms].map(([room, all]) =>
    element(
      'section',
      {},
      element('h2', { textContent: room }),
      ...all.map(({ verb, path, one }) => operation(verb, path, one)),
    ),
  ),
)
byId('find').addEventListener('input', event => {
  const wanted = event.target.value.toLowerCase()
  for (const part of list.querySelectorAll('details')) part.hidden = !part.dataset.words.includes(wanted)
})
