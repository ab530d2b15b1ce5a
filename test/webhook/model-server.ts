/** A language model on this machine: a real server that speaks OpenAI's protocol, and says what a test wants. */
import type { ServerResponse } from 'node:http'
import { openPartner, type TestPartner } from './partner-server.js'

/** What a request asks, as the model sees it. */
export interface Asked {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly temperature: number
  readonly response_format: {
    readonly type: string
    readonly json_schema: { readonly name: string; readonly strict: boolean; readonly schema: object }
  }
}

export interface TestModel extends Pick<TestPartner, 'received' | 'close'> {
  /** As rocket.yaml has it. */
  readonly url: string
  /** What it was asked so far. */
  asked(): Asked[]
}

/** @param say what the model writes, as JSON where it is no text; or it deals with the response and returns nothing. */
export async function openModel(say: (asked: Asked, response: ServerResponse) => unknown): Promise<TestModel> {
  const { port, received, close } = await openPartner((response) => {
    const { method, path, body } = received.at(-1)!
    if (method !== 'POST' || path !== '/v1/chat/completions') return void response.writeHead(404).end()
    const asked: Asked = JSON.parse(body)
    const said = say(asked, response)
    if (said === undefined) return
    const message = { role: 'assistant', content: typeof said === 'string' ? said : JSON.stringify(said) }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_795_000_000,
        model: asked.model,
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
      }),
    )
  })
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received,
    close,
    asked: () => received.map(({ body }) => JSON.parse(body)),
  }
}
