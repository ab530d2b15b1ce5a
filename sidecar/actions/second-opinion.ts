/** Asks a language model that the institution runs about what waits for review. It moves items in the queue, and no points. */
import type { Context } from '../context.js'
import type { SecondOpinion } from '../domain/configuration.js'
import { hashOf, MOST_ATTEMPTS, type Opinion, readReply, requestOf, signsOf } from '../domain/opinion.js'
import type { Unjudged } from '../store/opinion.js'
import { ask, type Said } from '../webhook/opinion.js'

/** So many items at a time: people look at the top of the queue. */
const AT_A_TIME = 200
/** After so many failures one after another the rest waits for the next time. */
const IN_A_ROW = 3
/** Less than a day, so that a job that runs daily asks daily. */
const AGAIN_AFTER = 20 * 3_600_000

export type Asking = Pick<Context, 'stores' | 'rules' | 'committer' | 'now' | 'env'>

/**
 * Asks about the items at the top of the queue that have no opinion yet, one after another, and keeps what is said.
 * @param stopped ends it between two items, or in the middle of one, which then counts as not asked.
 * @param timeoutMs for each item; without it, what there is for every message to another server.
 * @returns what happened, in a sentence; null where the institution asks for no second opinion.
 */
export async function askOpinions(
  { stores, rules, committer, now, env }: Asking,
  stopped: AbortSignal = new AbortController().signal,
  timeoutMs?: number,
): Promise<string | null> {
  const { secondOpinion } = rules.current().settings
  if (secondOpinion === null) return null
  const key = readKey(secondOpinion, env)
  if ('problem' in key) return `no second opinion: ${key.problem}`
  const tally = { said: 0, failed: 0 }
  let failing = 0
  for (const item of stores.opinions.openWithout(AT_A_TIME, now() - AGAIN_AFTER)) {
    const answer = await judge(item, now(), secondOpinion.model, (body) => {
      return ask({ url: secondOpinion.url, key: key.key, body, signal: stopped, ...(timeoutMs ? { timeoutMs } : {}) })
    })
    if ('unavailable' in answer) return told(tally, `; then it stopped: ${answer.unavailable}`)
    await committer.run(() => stores.opinions.keep(item.id, answer))
    if (!('failed' in answer)) {
      tally.said++
      failing = 0
    } else {
      tally.failed++
      if (++failing === IN_A_ROW) return told(tally, `; then it stopped: ${answer.failed}`)
    }
  }
  return told(tally)
}

async function judge(
  { kind, evidence, attempts }: Unjudged,
  now: number,
  model: string,
  send: (body: string) => Promise<Said>,
): Promise<Opinion | { readonly unavailable: string }> {
  const signs = signsOf(kind, evidence)
  const body = requestOf(model, kind, signs)
  const asked = { model, prompt_sha256: hashOf(body), asked_at: new Date(now).toISOString() }
  if (signs.length === 0) return { ...asked, failed: 'there is nothing to tell it', attempts: MOST_ATTEMPTS }
  const said = await send(body)
  if (said.kind === 'unavailable') return { unavailable: said.why }
  const reply = said.kind === 'said' ? readReply(said.text, signs) : { problem: said.why }
  return 'problem' in reply ? { ...asked, failed: reply.problem, attempts: attempts + 1 } : { ...asked, ...reply }
}

/** @returns the key, null where it needs none; or what is wrong with it, without it. */
function readKey(
  { keyEnv }: SecondOpinion,
  env: Context['env'],
): { readonly key: string | null } | { readonly problem: string } {
  if (keyEnv === null) return { key: null }
  const key = env[keyEnv]?.trim() ?? ''
  if (key === '') return { problem: `${keyEnv} is not set: it must hold the key of the second opinion` }
  // Anything else cannot stand in a header.
  return /^[\x21-\x7e]+$/.test(key) ? { key } : { problem: `${keyEnv} holds what cannot be a key` }
}

function told({ said, failed }: { said: number; failed: number }, ending = ''): string {
  const opinions = `${said} second ${said === 1 ? 'opinion' : 'opinions'}`
  return `${opinions}${failed === 0 ? '' : `, ${failed} without a usable answer`}${ending}`
}
