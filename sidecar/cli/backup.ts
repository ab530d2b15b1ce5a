/** `backup`, `restore`: copies of the database, and one of them put in its place. */
import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeBackup, type Progress } from '../actions/backup.js'
import { type RestoreOutcome, restore } from '../actions/restore.js'
import { checkpointFiles } from '../checkpoint-files.js'
import { HomeError, lockHome, readSecrets, requireHome } from '../home.js'
import { newLedgerKey, readLedgerKeys } from '../ledger-key.js'
import { actor, argument, type Command, counted, DONE, type Invocation, requiredOption } from './command.js'
import { createProgress, grouped } from './progress.js'

/** What somebody who has only a backup cannot do without. */
const APART = 'secrets.json, ledger.key and erased.txt of the home are not in it: keep copies of them elsewhere'

export const backup: Command = {
  name: 'backup',
  usage: 'FILE',
  summary: 'a copy of the database, made beside the running server and verified',
  mostArguments: 1,
  run: async (invocation) => {
    const file = argument(invocation, 0, 'into which file?')
    const { home } = invocation.config
    requireHome(home)
    const made = await withProgress((onProgress) => makeBackup(home, file, onProgress))
    const { bytes, entries, head, sha256 } = made
    const text = `${file}: ${grouped(bytes)} bytes, ${grouped(entries)} entries, head ${head.seq} ${head.hash}; it verifies.`
    invocation.print(made, `${text}\nsha256 ${sha256}`)
    invocation.note(`${APART}.`)
    return DONE
  },
}

export const restoreCommand: Command = {
  name: 'restore',
  usage: 'FILE --reason R',
  summary: 'puts a backup in place of the database, which is kept; the server has to be stopped',
  mostArguments: 1,
  options: { reason: { type: 'string' } },
  run: async (invocation) => {
    const file = argument(invocation, 0, 'which backup? Name its file')
    const reason = requiredOption(invocation, 'reason', '"the disk failed"')
    const { home } = invocation.config
    // Before a lock would make a folder where there is none.
    readSecrets(home)
    requireOwner(home)
    const lock = lockHome(home)
    try {
      const key = { read: () => readLedgerKeys(home, process.env), renew: () => newLedgerKey(home, process.env) }
      const putAway = (names: ReadonlySet<string>) => putAwayOthers(home, names)
      const order = { home, file, actor: actor(), reason, key, now: Date.now, putAway }
      const outcome = await withProgress((onProgress) => toTheEnd(restore(order, onProgress)))
      report(invocation, file, outcome)
      return DONE
    } finally {
      lock.release()
    }
  },
}

/** @throws HomeError for whoever would leave a database that the server cannot open. */
function requireOwner(home: string): void {
  const { uid } = statSync(home)
  if (process.getuid && process.getuid() !== uid)
    throw new HomeError(`${home} belongs to another user (${uid}): run this as that one, as the server does`)
}

/** Where a backup is from before the ledger had the name of a checkpoint, who verifies it would miss those entries. */
function putAwayOthers(home: string, names: ReadonlySet<string>): void {
  for (const [name, text] of checkpointFiles(home)) {
    const [origin = ''] = text.split('\n')
    if (names.has(origin)) continue
    const path = join(home, 'checkpoints', name)
    renameSync(path, `${path}.${origin.replace(/^.*\//, '').replace(/[^\w-]/g, '_')}`)
  }
}

function toTheEnd<T>(steps: Generator<string, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

async function withProgress<T>(work: (onProgress: Progress) => T | Promise<T>): Promise<T> {
  const progress = createProgress()
  try {
    return await work((what, done, of) => progress.show(`${what} ${grouped(done)} of ${grouped(of)}`))
  } finally {
    progress.end()
  }
}

function report({ print }: Invocation, file: string, outcome: RestoreOutcome): void {
  const { head, replaced, renamed, erasedAgain, held, resend, kept, sha256 } = outcome
  const since = new Date(resend.since).toISOString()
  const lines = [
    `${file} is the database now: ${grouped(head.seq)} entries, head ${head.seq} ${head.hash}.`,
    kept === null
      ? 'There was none before.'
      : `What was there before is ${kept}: delete it once nothing in it is missed.`,
    ...(renamed
      ? ['Entries may be lost, so the ledger goes on under another name: tell whoever keeps checkpoints.']
      : []),
    ...(erasedAgain > 0
      ? [`${counted(erasedAgain, 'learner')} erased since the backup ${are(erasedAgain)} erased again.`]
      : []),
    ...held.map((subject) => `${subject} is on the list of the erased, and not erased: a legal hold keeps them.`),
    `Start the server. Redeeming is paused until Moodle has sent again what it sent since ${since}; it does so by itself.`,
    'Without Moodle go on with `scripts/rocket resume redeeming --reason "…"`: then codes may be handed out a second time.',
  ]
  const json = { file, sha256, head, replaced, renamed, erased_again: erasedAgain, held, kept }
  print({ ...json, resend: { id: resend.id, since } }, lines.join('\n'))
}

const are = (count: number): string => (count === 1 ? 'is' : 'are')
