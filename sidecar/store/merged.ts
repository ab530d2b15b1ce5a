/** Accounts that became part of another: whose they are now, and what moves along. */
import type { Writer } from './database.js'

export class Merged {
  readonly #writer
  readonly #sql
  /** `source\nuser` → the user id of the account it is part of. They are few, so all are kept in memory. */
  #ids: Map<string, string> | null = null

  constructor(writer: Writer) {
    const { connection } = writer
    this.#writer = writer
    writer.mirror(this)
    this.#sql = {
      ids: connection.prepare<[], { source: string; user: string; into: string }>(
        `SELECT learner.source, learner.user_id AS user, other.user_id AS "into" FROM merged
         JOIN learner USING (subject) JOIN learner AS other ON other.subject = into_subject`,
      ),
      subjects: connection
        .prepare<[string, string], string>(
          'SELECT ? UNION ALL SELECT * FROM (SELECT subject FROM merged WHERE into_subject = ? ORDER BY subject)',
        )
        .pluck(),
      moves: MOVES.map((sql) => connection.prepare<[{ from: string; into: string }]>(sql)),
    }
  }

  clear(): void {
    this.#ids = null
  }

  /** The id that a learner goes by now: another one, where their account was merged into that one's. */
  currentId(source: string, user: string): string {
    this.#ids ??= new Map(this.#sql.ids.all().map(({ source: of, user: was, into }) => [`${of}\n${was}`, into]))
    return this.#ids.get(`${source}\n${user}`) ?? user
  }

  /** A learner's subject, and those of the accounts that were merged into theirs. */
  subjectsOf(subject: string): string[] {
    return this.#sql.subjects.all(subject, subject)
  }

  /**
   * Makes everything that is kept of one learner another's. Points are moved by entries before. Inside a transaction only.
   */
  move(from: string, into: string): void {
    for (const move of this.#sql.moves) move.run({ from, into })
    this.#writer.clearMirrors()
  }
}

/** In their order. What both have of the same is the later of the two, or the one that `into` has. */
const MOVES = [
  'UPDATE merged SET into_subject = @into WHERE into_subject = @from',
  'INSERT INTO merged (subject, into_subject) VALUES (@from, @into)',
  // Points and held points are 0 by now; what was earned in all is no entry, but a sum over both accounts' entries.
  'INSERT OR IGNORE INTO balance (subject, points, held, lifetime) VALUES (@into, 0, 0, 0)',
  `UPDATE balance SET lifetime = lifetime + coalesce((SELECT lifetime FROM balance WHERE subject = @from), 0)
   WHERE subject = @into`,
  'DELETE FROM balance WHERE subject = @from',
  'UPDATE granted SET subject = @into WHERE subject = @from',
  `INSERT INTO withdrawal (deed, rule, subject, time) SELECT deed, rule, @into, time FROM withdrawal WHERE subject = @from
   ON CONFLICT DO UPDATE SET time = max(time, excluded.time)`,
  'DELETE FROM withdrawal WHERE subject = @from',
  'UPDATE event SET subject = @into WHERE subject = @from',
  `INSERT INTO fact (subject, kind, key, name, value, time)
   SELECT @into, kind, key, name, value, time FROM fact WHERE subject = @from
   ON CONFLICT DO UPDATE SET name = excluded.name, value = excluded.value, time = excluded.time WHERE excluded.time > time`,
  'DELETE FROM fact WHERE subject = @from',
  'UPDATE redemption SET subject = @into WHERE subject = @from',
  `UPDATE OR IGNORE notice SET subject = @into, once = @into || substr(once, length(@from) + 1) WHERE subject = @from`,
  'DELETE FROM notice WHERE subject = @from',
  'UPDATE OR IGNORE tier_reached SET subject = @into WHERE subject = @from',
  'DELETE FROM tier_reached WHERE subject = @from',
  `UPDATE OR IGNORE idempotency SET caller = 'learner ' || @into WHERE caller = 'learner ' || @from`,
  `DELETE FROM idempotency WHERE caller = 'learner ' || @from`,
  `UPDATE OR IGNORE review SET subject = @into WHERE subject = @from`,
  'DELETE FROM review WHERE subject = @from',
  'UPDATE OR IGNORE exempt SET subject = @into WHERE subject = @from',
  'DELETE FROM exempt WHERE subject = @from',
  'UPDATE check_hit SET subject = @into WHERE subject = @from',
  'UPDATE OR IGNORE trace SET subject = @into WHERE subject = @from',
  'DELETE FROM trace WHERE subject = @from',
  'UPDATE trace SET peer = @into WHERE peer = @from',
  'UPDATE OR IGNORE learner_week SET subject = @into WHERE subject = @from',
  'DELETE FROM learner_week WHERE subject = @from',
  // The account that goes is often frozen because it goes: the one that stays is not.
  'DELETE FROM frozen WHERE subject = @from',
]
