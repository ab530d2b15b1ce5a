/** `ledger checkpoint`, `ledger key`, `ledger receipt`, `ledger tiles`, `ledger witness`: what the ledger says of itself, signed. */
import { writeTiles } from '../actions/tiles.js'
import { witnessed } from '../actions/witness.js'
import { keepCheckpoint, keepWitnessed } from '../checkpoint-files.js'
import { readReceipt } from '../domain/receipt.js'
import { everSigned } from '../domain/signing.js'
import { HomeError } from '../home.js'
import {
  actor,
  argument,
  type Command,
  counted,
  DONE,
  inForce,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'
import { createProgress, grouped } from './progress.js'

export const checkpoint: Command = {
  name: 'ledger checkpoint',
  usage: '',
  summary: 'the newest signed checkpoint: keep it where nobody who owns the database can change it',
  run: (invocation) =>
    withContext(invocation.config, (context) => {
      const note = context.notary.atHand()
      keepCheckpoint(context, note)
      invocation.print({ checkpoint: note }, note.trimEnd())
      return DONE
    }),
}

export const key: Command = {
  name: 'ledger key',
  usage: '[--rotate [--compromised|--lost] --reason R]',
  summary: 'the public key that signs the ledger; --rotate makes a new one',
  options: {
    rotate: { type: 'boolean' },
    compromised: { type: 'boolean' },
    lost: { type: 'boolean' },
    reason: { type: 'string' },
  },
  run: (invocation) => {
    const { rotate, compromised, lost } = invocation.options
    if (!rotate && (compromised || lost)) throw new UsageError('--compromised and --lost go with --rotate')
    if (compromised && lost) throw new UsageError('the key before is either --compromised or --lost')
    const reason = rotate ? requiredOption(invocation, 'reason', '"the machine was replaced"') : null
    const before = lost ? 'lost' : compromised ? 'compromised' : 'kept'
    return withContext(invocation.config, ({ notary, rules }) => {
      if (reason !== null) {
        inForce(rules)
        notary.keys.rotate(actor(), reason, before)
      }
      const keys = notary.keys.vkeys()
      if (keys.length === 0) throw new HomeError('The ledger is not signed yet: start the server once (npm start)')
      invocation.print({ keys }, keys.join('\n'))
      if (reason !== null) invocation.note(`${ROTATED[before]} Copy ledger.key anew: the copy that you keep is old.`)
      return DONE
    })
  },
}

/** What to do after a rotation. */
const ROTATED = {
  kept: 'Give the first key to whoever checks checkpoints. For thirty days both keys sign.',
  compromised:
    'The key before signs no more. Give this one to whoever checks checkpoints, Moodle’s administrators among them.',
  lost: 'The ledger goes on under another name, since the key before is gone. Give this key to whoever checks checkpoints.',
} as const

export const receipt: Command = {
  name: 'ledger receipt',
  usage: 'SEQ',
  summary: 'the proof that an entry is on the ledger, under the newest checkpoint',
  mostArguments: 1,
  run: (invocation) => {
    const seq = argument(invocation, 0, 'which entry? Give its number')
    if (!/^[1-9]\d{0,14}$/.test(seq)) throw new UsageError(`${seq} is no entry’s number`)
    return withContext(invocation.config, (context) => {
      const text = context.notary.receipt(Number(seq), context.notary.atHand())
      invocation.print({ seq: Number(seq), receipt: text, checkpoint: readReceipt(text).checkpoint }, text.trimEnd())
      return DONE
    })
  },
}

export const tiles: Command = {
  name: 'ledger tiles',
  usage: 'FOLDER',
  summary: 'writes the ledger, without anybody’s name, as static files that public tools verify (C2SP tlog-tiles)',
  mostArguments: 1,
  run: (invocation) => {
    const folder = argument(invocation, 0, 'into which folder?')
    return withContext(invocation.config, ({ notary, stores, reader }) => {
      const progress = createProgress()
      // They are to be published: elsewhere what Rocket writes is for its owner alone.
      process.umask(0o022)
      const note = notary.atHand()
      const files = writeTiles(reader, {
        folder,
        checkpoint: note,
        vkeys: everSigned(stores.ledger.keys()),
        onProgress: (done, of) => progress.show(`${grouped(done)} of ${grouped(of)} entries`),
      })
      progress.end()
      invocation.print({ folder, files, checkpoint: note }, `Wrote ${counted(files, 'tile')} to ${folder}.`)
      return DONE
    })
  },
}

export const witness: Command = {
  name: 'ledger witness',
  usage: 'URL --key VKEY',
  summary: 'has a witness sign the newest checkpoint (C2SP add-checkpoint), and prints it with that signature',
  mostArguments: 1,
  options: { key: { type: 'string' } },
  run: (invocation) => {
    const url = argument(invocation, 0, 'which witness? Give the address where it takes checkpoints')
    if (!/^https?:/.test(url) || !URL.canParse(url)) throw new UsageError(`${url} is no address of a witness`)
    const vkey = requiredOption(invocation, 'key', 'witness.example.edu+1a2b3c4d+B…')
    return withContext(invocation.config, async ({ notary, config }) => {
      const note = await witnessed(notary, notary.atHand(), { url, vkey })
      keepWitnessed(config.home, note)
      invocation.print({ checkpoint: note }, note.trimEnd())
      return DONE
    })
  },
}
