/** `ledger verify`, `ledger export`. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { RulesInForce } from '../actions/rules-in-force.js'
import { verifyLedger } from '../actions/verify.js'
import { KINDS } from '../domain/entry.js'
import { instantOf } from '../domain/instant.js'
import { databasePath, requireHome } from '../home.js'
import { Configurations } from '../store/configuration.js'
import { type Connection, openForReading, Writer } from '../store/database.js'
import { type LedgerFilter, LedgerView } from '../store/ledger-view.js'
import { requireCurrent } from '../store/migrate.js'
import { type Command, DONE, type Invocation, inForce, PROBLEM, requiredOption, UsageError } from './command.js'
import { createProgress, grouped } from './progress.js'

export const verify: Command = {
  name: 'ledger verify',
  usage: '[--quick]',
  summary: 're-derives everything from the raw rows; names the first broken entry',
  options: { quick: { type: 'boolean' } },
  run: (invocation) => {
    return withReader(invocation, (connection) => {
      const progress = createProgress()
      const quick = invocation.options.quick === true
      const onProgress = (done: number, of: number) => progress.show(`${grouped(done)} of ${grouped(of)} entries`)
      const result = verifyLedger(connection, { quick, onProgress })
      progress.end()
      const { ok, entries, head, opened, erased, problems } = result
      const read = `${grouped(entries)} entries read, head ${head.seq} ${head.hash}`
      const how = quick
        ? 'chain only (--quick)'
        : `${grouped(opened)} private records opened${erased > 0 ? `, ${grouped(erased)} erased` : ''}, balances and indexes agree`
      const first = problems[0]
      const lines = ok
        ? [`The ledger verifies: ${read}; ${how}.`]
        : [
            `The ledger does NOT verify. First: ${first?.seq == null ? '' : `entry ${first.seq}: `}${first?.message}.`,
            ...problems.slice(1).map(({ seq, message }) => `  then: ${seq === null ? '' : `entry ${seq}: `}${message}`),
            `${read}.`,
            'What to do: stop the server, keep a copy of the whole home as it is, and restore the newest backup that verifies.',
          ]
      invocation.print(result, lines.join('\n'))
      return ok ? DONE : PROBLEM
    })
  },
}

export const exportCommand: Command = {
  name: 'ledger export',
  usage: '--format csv|jsonl [--from --to --user --rule --source --kind --since-seq] [--out FILE]',
  summary: 'streams entries, for people (csv) or for anyone who checks them (jsonl)',
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
    return withReader(invocation, async (connection) => {
      const view = new LedgerView(connection)
      const filter = filterOf(invocation, connection)
      const { out } = invocation.options
      if (typeof out === 'string' && !existsSync(dirname(out))) {
        process.stderr.write(`There is no folder ${dirname(out)}, so ${out} was not written: make the folder first\n`)
        return PROBLEM
      }
      const chunks = format === 'csv' ? view.csv(filter) : view.jsonl(filter)
      if (typeof out === 'string') {
        const bytes = writeFile(out, chunks)
        invocation.print({ file: out, bytes }, '')
        invocation.note(`Wrote ${out}: ${grouped(bytes)} bytes.`)
      } else await writeOut(chunks)
      return DONE
    })
  },
}

async function withReader(
  invocation: Invocation,
  work: (connection: Connection) => number | Promise<number>,
): Promise<number> {
  requireHome(invocation.config.home)
  const connection = openForReading(databasePath(invocation.config.home))
  try {
    requireCurrent(connection)
    return await work(connection)
  } finally {
    connection.close()
  }
}

function filterOf({ options }: Invocation, connection: Connection): LedgerFilter {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined)
  const { civil } = inForce(new RulesInForce(new Configurations(new Writer(connection))))
  const instant = (name: string): number | undefined => {
    const written = text(name)
    if (written === undefined) return undefined
    const found = instantOf(written, civil)
    if (found === null) throw new UsageError(`--${name} ${written} is neither 2026-11-23 nor 2026-11-23T09:00:00Z`)
    return found
  }
  const sinceSeq = text('since-seq')
  if (sinceSeq !== undefined && !/^\d{1,15}$/.test(sinceSeq)) throw new UsageError('--since-seq is a whole number')
  const kind = text('kind')
  if (kind !== undefined && !(KINDS as readonly string[]).includes(kind)) {
    throw new UsageError(`--kind is one of ${KINDS.join(', ')}`)
  }
  return {
    sinceSeq: sinceSeq === undefined ? undefined : Number(sinceSeq),
    from: instant('from'),
    to: instant('to'),
    userId: text('user'),
    ruleId: text('rule'),
    source: text('source'),
    kind,
  }
}

/** Under another name until it is whole, so that nobody picks up half a file. @returns its length in bytes. */
function writeFile(path: string, chunks: Iterable<string>): number {
  const temporary = `${path}.part`
  // Made anew: what lies there may be somebody's link, or a file that others can read.
  rmSync(temporary, { force: true })
  const file = openSync(temporary, 'wx', 0o600)
  try {
    let bytes = 0
    for (const chunk of chunks) {
      writeFileSync(file, chunk)
      bytes += Buffer.byteLength(chunk)
    }
    fsyncSync(file)
    closeSync(file)
    renameSync(temporary, path)
    return bytes
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

async function writeOut(chunks: Iterable<string>): Promise<void> {
  // `rocket ledger export | head` ends the reader early, and that is no mistake.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? DONE : PROBLEM))
  for (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}
