/** `ledger export`. */
import { keepRecipe } from '../actions/exports.js'
import { RulesInForce } from '../actions/rules-in-force.js'
import { readCheckpoint } from '../domain/checkpoint.js'
import { KINDS } from '../domain/entry.js'
import { replaceFile } from '../files.js'
import { Configurations } from '../store/configuration.js'
import { type Connection, Writer } from '../store/database.js'
import { type LedgerFilter, LedgerView } from '../store/ledger-view.js'
import {
  type Command,
  DONE,
  hasFolder,
  type Invocation,
  inForce,
  instantIn,
  PROBLEM,
  requiredOption,
  textOption,
  UsageError,
  withContext,
  withReader,
  wordOption,
} from './command.js'
import { grouped } from './progress.js'

export const exportCommand: Command = {
  name: 'ledger export',
  usage: '--format csv|jsonl [--from --to --user --rule --source --kind --since-seq] [--out FILE]',
  summary:
    'streams entries, for people (csv) or for anyone who checks them (jsonl); only --out writes a checkpoint over them beside it',
  options: {
    format: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    user: { type: 'string' },
    rule: { type: 'string' },
    source: { type: 'string' },
    kind: { type: 'string' },
    'since-seq': { type: 'string' },
    out: { type: 'string' },
  },
  run: (invocation) => {
    const format = requiredOption(invocation, 'format', 'csv')
    if (format !== 'csv' && format !== 'jsonl') throw new UsageError(`--format is csv or jsonl, not ${format}`)
    const { out } = invocation.options
    const chunksOf = (connection: Connection, filter: LedgerFilter) =>
      new LedgerView(connection)[format === 'csv' ? 'csv' : 'jsonl'](filter)
    if (typeof out !== 'string') {
      return withReader(invocation.config, async (connection) => {
        const filter = filterOf(invocation, connection)
        await writeOut(chunksOf(connection, filter))
        if (format === 'jsonl' && isWhole(filter) && !process.stdout.isTTY) invocation.note(NO_CHECKPOINT)
        return DONE
      })
    }
    if (!hasFolder(out)) return PROBLEM
    return withContext(invocation.config, ({ notary, reader }) => {
      // Signed first: what is written meanwhile is not under it, and not exported either.
      const note = notary.atHand()
      const upTo = readCheckpoint(note).size
      const filter = { ...filterOf(invocation, reader), upTo }
      keepRecipe(invocation.config.home, out, { format, filter })
      const bytes = replaceFile(out, chunksOf(reader, filter))
      const checkpoint = `${out}.checkpoint`
      replaceFile(checkpoint, note)
      invocation.print({ file: out, bytes, checkpoint }, '')
      invocation.note(`Wrote ${out}: ${grouped(bytes)} bytes, and ${checkpoint}.`)
      return DONE
    })
  },
}

function filterOf(invocation: Invocation, connection: Connection): LedgerFilter {
  const text = (name: string) => textOption(invocation, name)
  const { civil } = inForce(new RulesInForce(new Configurations(new Writer(connection))))
  const instant = (name: string): number | undefined => {
    const written = text(name)
    return written === undefined ? undefined : instantIn(written, name, civil)
  }
  const sinceSeq = text('since-seq')
  if (sinceSeq !== undefined && !/^\d{1,15}$/.test(sinceSeq)) throw new UsageError('--since-seq is a whole number')
  return {
    sinceSeq: sinceSeq === undefined ? undefined : Number(sinceSeq),
    from: instant('from'),
    to: instant('to'),
    userId: text('user'),
    ruleId: text('rule'),
    source: text('source'),
    kind: wordOption(invocation, 'kind', KINDS),
  }
}

/** To whoever keeps the lines. Other exports are not checked against a checkpoint: they have no bodies, or not all of them. */
const NO_CHECKPOINT =
  'No checkpoint was written with these lines: --out FILE puts one over just these entries beside them.'

const isWhole = (filter: LedgerFilter): boolean => Object.values(filter).every((value) => value === undefined)

async function writeOut(chunks: Iterable<string>): Promise<void> {
  // `rocket ledger export | head` ends the reader early, and that is no mistake.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? DONE : PROBLEM))
  for (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}
