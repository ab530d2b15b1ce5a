/** A witness signs our checkpoint: somebody else says that this ledger only ever grew. */
import { readCheckpoint } from '../domain/checkpoint.js'
import { openNote } from '../domain/note.js'
import { addCheckpoint, type WitnessAnswer } from '../webhook/witness.js'
import type { Notary } from './notary.js'
import { Refusal } from './refusal.js'

export interface Witness {
  /** Where it takes checkpoints. */
  readonly url: string
  /** Its public key, as a C2SP vkey. */
  readonly vkey: string
}

/**
 * @returns our newest checkpoint, signed by the witness as well.
 * @throws Refusal where it does not sign, or what it says is not signed by it. @throws where it cannot be reached.
 */
export async function witnessed(notary: Notary, note: string, { url, vkey }: Witness): Promise<string> {
  const [text = ''] = note.split('\n\n')
  const { size } = readCheckpoint(`${text}\n`)
  const ask = (old: number): Promise<WitnessAnswer> => {
    const proof = old === 0 ? [] : notary.consistency(old, size)
    return addCheckpoint(url, `${[`old ${old}`, ...proof].join('\n')}\n\n${note}`)
  }
  let answer = await ask(0)
  // It says from which size on it wants to be shown the growth.
  if (answer.status === 409) answer = await ask(sizeIn(answer, size))
  if (answer.status !== 200) {
    throw new Refusal(
      'state_conflict',
      `The witness did not sign (${answer.status}): ${answer.text.trim() || 'no reason'}`,
    )
  }
  const signed = note + answer.text
  openNote(signed, [vkey])
  return signed
}

function sizeIn({ text }: WitnessAnswer, size: number): number {
  const held = /^(\d{1,15})\n?$/.exec(text)?.[1]
  if (held === undefined)
    throw new Refusal('state_conflict', `The witness answered what is no size: ${text.slice(0, 80)}`)
  if (Number(held) <= size) return Number(held)
  throw new Refusal('state_conflict', `The witness has seen ${held} entries, and there are ${size}: entries were lost.`)
}
