/** Asks a witness (c2sp.org/tlog-witness v1.0.0) to sign a checkpoint, too. */

const TIMEOUT = 20_000
const MOST_BYTES = 16_384

export interface WitnessAnswer {
  readonly status: number
  readonly text: string
}

/**
 * `POST PREFIX/add-checkpoint`, once. HTTPS_PROXY and NO_PROXY are honoured.
 * @param prefix the address that the witness gave for submissions. @throws where it cannot be reached.
 */
export async function addCheckpoint(prefix: string, body: string): Promise<WitnessAnswer> {
  // Only here, as in send.ts: it takes long to load.
  const { EnvHttpProxyAgent, request } = await import('undici')
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const { statusCode, body: stream } = await request(`${prefix.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'Rocket' },
      body,
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT),
    })
    return { status: statusCode, text: (await stream.text()).slice(0, MOST_BYTES) }
  } finally {
    await dispatcher.destroy()
  }
}
