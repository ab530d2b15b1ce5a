/** A partner on this machine: a real server that answers as a test says. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Outcome, type Sending, sendWebhook } from '../../sidecar/webhook/send.js'
import { NOW } from '../support.js'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface TestPartner {
  readonly port: number
  readonly url: string
  readonly received: Received[]
  close(): void
}

export const SECRET = `whsec_${Buffer.from('a secret for tests of 32 bytes..').toString('base64')}`

/** @param answer what is done with a request, once it is read. */
export async function openPartner(answer: (response: ServerResponse) => void): Promise<TestPartner> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => (body += text))
    request.on('end', () => {
      received.push({ method: request.method!, path: request.url!, headers: request.headers, body })
      answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { port, url: `http://127.0.0.1:${port}/rocket`, received, close }
}

/** One attempt, complete but for what a test is about. */
export const send = (given: Pick<Sending, 'url'> & Partial<Sending>): Promise<Outcome> =>
  sendWebhook({
    secrets: [SECRET],
    id: 'msg_1',
    type: 'redemption.issued',
    body: '{"type":"redemption.issued"}',
    allowPrivate: true,
    now: NOW,
    signal: new AbortController().signal,
    ...given,
  })

/** What comes of an answer. */
export async function outcomeOf(answer: (response: ServerResponse) => void, given: Partial<Sending> = {}) {
  const partner = await openPartner(answer)
  try {
    return await send({ url: partner.url, ...given })
  } finally {
    partner.close()
  }
}
