import { expect } from 'chai'
import { type Asking, ask, type Said } from '../../sidecar/webhook/opinion.js'
import { openModel } from './model-server.js'
import { openPartner } from './partner-server.js'

const BODY = JSON.stringify({ model: 'small', messages: [{ role: 'user', content: '{}' }] })
const given = (url: string, more: Partial<Asking> = {}): Asking => ({
  url,
  key: null,
  body: BODY,
  signal: new AbortController().signal,
  ...more,
})

/** What comes of a model that says this. */
async function saying(say: Parameters<typeof openModel>[0], more: Partial<Asking> = {}): Promise<Said> {
  const model = await openModel(say)
  try {
    return await ask(given(model.url, more))
  } finally {
    model.close()
  }
}

const raw = (body: string) => saying((_, response) => void response.writeHead(200).end(body))
const status = (code: number) =>
  saying((_, response) => void response.writeHead(code).end('a page with a secret in it'))

describe('asking a model', () => {
  it('posts the request as it is to chat/completions, and gives back what the model wrote', async () => {
    const model = await openModel(() => 'anything at all')
    expect(await ask(given(model.url))).to.deep.equal({ kind: 'said', text: 'anything at all' })
    model.close()
    const [received] = model.received
    expect(received).to.deep.include({ method: 'POST', path: '/v1/chat/completions', body: BODY })
    expect(received!.headers).to.include({ 'content-type': 'application/json', 'user-agent': 'Rocket' })
    expect(received!.headers).not.to.have.property('authorization')
  })

  it('shows the key where there is one', async () => {
    const model = await openModel(() => '')
    await ask(given(model.url, { key: 'sk-1' }))
    model.close()
    expect(model.received[0]!.headers).to.include({ authorization: 'Bearer sk-1' })
  })

  it('sends nothing to what is no http or https address', async () => {
    for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/v1', 'javascript:1', 'nowhere', '']) {
      const why = 'its url is no http or https address'
      expect(await ask(given(url)), url).to.deep.equal({ kind: 'unavailable', why })
    }
  })

  it('follows no redirect', async () => {
    const elsewhere = await openPartner((response) => response.end('{"choices":[{"message":{"content":"yes"}}]}'))
    for (const code of [301, 302, 303, 307, 308]) {
      const said = await saying((_, response) => void response.writeHead(code, { location: elsewhere.url }).end())
      const why = `it answered ${code}, a redirect; those are not followed`
      expect(said).to.deep.equal({ kind: 'unavailable', why })
    }
    elsewhere.close()
    expect(elsewhere.received).to.deep.equal([])
  })
})

describe('a model that fails', () => {
  it('on this question alone: the next one may have an answer', async () => {
    for (const code of [400, 413, 422, 500]) {
      expect(await status(code)).to.deep.equal({ kind: 'failed', why: `it answered ${code}` })
    }
  })

  it('on every question: a key that is refused, a path that is not there, a server that is too busy', async () => {
    for (const code of [401, 403, 404, 429, 502, 503]) {
      expect(await status(code)).to.deep.equal({ kind: 'unavailable', why: `it answered ${code}` })
    }
  })

  it('is given no longer than the time there is, however it spends it', async () => {
    const why = 'there was no answer within 0.2 seconds'
    expect(await saying(() => undefined, { timeoutMs: 200 })).to.deep.equal({ kind: 'failed', why })
    const dripping = await saying(
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
      { timeoutMs: 200 },
    )
    expect(dripping).to.deep.equal({ kind: 'failed', why })
  })

  it('is not read to the end where it sends without end', async () => {
    let sent = 0
    const said = await saying((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', more)
      more()
    })
    expect(said).to.deep.equal({ kind: 'failed', why: 'its answer is longer than 65536 bytes' })
    expect(sent).to.be.below(50_000_000)
  })

  it('may answer anything: it is no chat completion, and that is all that is said of it', async () => {
    const bodies = ['', 'yes', '[]', 'null', '{}', '{"choices":[]}', '{"choices":{}}', '{"choices":[{"message":null}]}']
    const refusal = '{"choices":[{"message":{"content":null,"refusal":"I cannot help with that"}}]}'
    const list = '{"choices":[{"message":{"content":[{"type":"text","text":"yes"}]}}]}'
    for (const body of [...bodies, refusal, list, '<html>', '\u0000']) {
      const why = 'its answer is no chat completion with a message'
      expect(await raw(body), body).to.deep.equal({ kind: 'failed', why })
    }
  })

  it('may close the connection, not be there, or speak something else', async () => {
    const closed = await saying((_, response) => void response.destroy())
    expect(closed).to.have.property('why').that.contains('it could not be reached: the connection was closed')
    const model = await openModel(() => '')
    model.close()
    const why = 'it could not be reached: nothing listens there (ECONNREFUSED)'
    expect(await ask(given(model.url))).to.deep.equal({ kind: 'unavailable', why })
  })

  it('ends with the server', async () => {
    const stopping = new AbortController()
    const said = await saying(() => void setTimeout(() => stopping.abort(), 20), { signal: stopping.signal })
    expect(said).to.deep.equal({ kind: 'unavailable', why: 'Rocket stopped before it answered' })
  })
})
