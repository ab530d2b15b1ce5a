/** Re-derives everything on the ledger from its raw rows, and names the first thing that is wrong. */
import type { Head } from '../domain/entry.js'
import { lastErasure, rawEntries, readChainClaims, readClaims } from '../store/audit.js'
import type { Connection } from '../store/database.js'
import { type ProblemKind, SignedCheck, type VerificationProblem } from './verify-chain.js'
import type { DeclaredLost, GivenCheckpoints } from './verify-checkpoints.js'
import { FullCheck } from './verify-full.js'

export interface Verification {
  readonly ok: boolean
  readonly quick: boolean
  /** Entries read. */
  readonly entries: number
  readonly head: Head
  /** RFC 6962, over the entries read; hex. */
  readonly root: string
  /** Checkpoints that agree with the entries: those kept here, and those that were given. */
  readonly checkpoints: { readonly own: number; readonly against: number }
  readonly declaredLost: readonly DeclaredLost[]
  /** Private records that open their commitment; 0 in a quick run, which reads none. */
  readonly opened: number
  /** Private records that are gone, as erasures declare; 0 in a quick run. */
  readonly erased: number
  /** What the problems are about: of all that were found, also those that are not listed. */
  readonly kinds: readonly ProblemKind[]
  /** The first problems, in the order of the ledger. */
  readonly problems: readonly VerificationProblem[]
}

/** As `ledger verify --json` prints it. */
export const asJson = ({ declaredLost, ...rest }: Verification): object => ({ ...rest, declared_lost: declaredLost })

/** A name that was given up, in a sentence. */
export function lostSentence({ origin, kept, signed, entry }: DeclaredLost): string {
  if (signed === null)
    return `The name ${origin} was given up, as entry ${entry} says: of what was signed under it the first ${kept} entries are here. Whether there were more, only a checkpoint kept elsewhere can say.`
  return `Declared lost: the entries ${kept + 1}–${signed} of ${origin} were given up by a restore, as entry ${entry} says.`
}

export interface VerificationOptions extends GivenCheckpoints {
  readonly quick: boolean
  /** Told how many of how many entries are read. */
  readonly onProgress?: (done: number, of: number) => void
}

/** After this many a reader has seen enough, and the first one is the one that counts. */
const MOST_PROBLEMS = 20

/**
 * Reads every entry. Quick: the chain (numbers, hashes, links), the Merkle tree and the checkpoints. Full: also each body's
 * form, each private record's commitment, the learner index, balances, rewards, and the rules' memory.
 * @throws NoteError where the key to trust is none.
 */
export function verifyLedger(connection: Connection, options: VerificationOptions): Verification {
  for (;;) {
    const before = lastErasure(connection)
    const result = readOnce(connection, options)
    // Records that an erasure took while this was reading are missing from what the tables said when it began.
    if (result.ok || lastErasure(connection) === before) return result
  }
}

function readOnce(connection: Connection, { quick, onProgress, ...given }: VerificationOptions): Verification {
  const claims = quick ? null : readClaims(connection)
  const { head, tree } = claims ?? readChainClaims(connection)
  const check = claims ? new FullCheck(claims, connection, given) : new SignedCheck({ head, tree }, connection, given)
  const { problems } = check
  for (const page of rawEntries(connection, head.seq, !quick)) {
    for (const row of page) check.entry(row)
    onProgress?.(check.head.seq, head.seq)
    if (problems.length >= MOST_PROBLEMS) break
  }
  check.finish(check.head.seq === head.seq)
  const { opened, erased, entries, checkpoints } = check
  return {
    ok: problems.length === 0,
    quick,
    entries,
    head: check.head,
    root: check.tree.root().toString('hex'),
    checkpoints: checkpoints.counts,
    declaredLost: checkpoints.declaredLost,
    opened,
    erased,
    kinds: [...new Set(problems.map(({ kind }) => kind))],
    problems: problems.toSorted(bySeq).slice(0, MOST_PROBLEMS),
  }
}

/** What stands beside the entries comes last. */
const bySeq = (a: VerificationProblem, b: VerificationProblem): number => (a.seq ?? Infinity) - (b.seq ?? Infinity) || 0
