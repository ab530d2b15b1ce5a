/** `ledger checkpoint`, `ledger key`, `ledger receipt`: what the ledger says of itself, signed. */
import { keepCheckpoint } from '../checkpoint-files.js'
import type { Context } from '../context.js'
import { readReceipt } from '../domain/receipt.js'
import { HomeError } from '../home.js'
import { actor, argument, type Command, DONE, inForce, requiredOption, UsageError, withContext } from './command.js'

export const checkpoint: Command = {
  name: 'ledger checkpoint',
  usage: '',
  summary: 'the newest signed checkpoint: keep it where nobody who owns the database can change it',
  run: (invocation) =>
    withContext(invocation.config, (context) => {
      const note = requireSigned(keepCheckpoint(context))
      invocation.print({ checkpoint: note }, note.trimEnd())
      return DONE
    }),
}

export const key: Command = {
  name: 'ledger key',
  usage: '[--rotate --reason R]',
  summary: 'the public key that signs the ledger; --rotate makes a new one',
  options: { rotate: { type: 'boolean' }, reason: { type: 'string' } },
  run: (invocation) => {
    const rotate = invocation.options.rotate === true
    const reason = rotate ? requiredOption(invocation, 'reason', '"the machine was replaced"') : null
    return withContext(invocation.config, (context) => {
      if (reason !== null) renew(context, reason)
      const keys = context.notary.vkeys()
      if (keys.length === 0) throw unsigned()
      invocation.print({ keys }, keys.join('\n'))
      if (reason !== null)
        invocation.note('Give the first key to whoever checks checkpoints. For thirty days both keys sign.')
      return DONE
    })
  },
}

function renew({ notary, rules }: Context, reason: string): void {
  inForce(rules)
  notary.rotate(actor(), reason)
}

export const receipt: Command = {
  name: 'ledger receipt',
  usage: 'SEQ',
  summary: 'the proof that an entry is on the ledger, under the newest checkpoint',
  mostArguments: 1,
  run: (invocation) => {
    const seq = argument(invocation, 0, 'which entry? Give its number')
    if (!/^[1-9]\d{0,14}$/.test(seq)) throw new UsageError(`${seq} is no entry’s number`)
    return withContext(invocation.config, (context) => {
      const text = context.notary.receipt(Number(seq))
      invocation.print({ seq: Number(seq), receipt: text, checkpoint: readReceipt(text).checkpoint }, text.trimEnd())
      return DONE
    })
  },
}

function requireSigned(note: string | null): string {
  if (note === null) throw unsigned()
  return note
}

const unsigned = (): HomeError => new HomeError('The ledger is not signed yet: start the server once (npm start)')
