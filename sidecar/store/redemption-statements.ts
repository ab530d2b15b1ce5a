/** The SQL of redemptions, apart from what it is for. */
import type { Connection } from './database.js'
import type { Row } from './redemption.js'

export const SELECT = `SELECT redemption.seq, redemption.id, redemption.subject, learner.user_id AS userId,
  redemption.reward, redemption.state, delivery, partner, created, redemption.expires, consumed,
  consumed_by AS consumedBy, reference, token_copy AS tokenCopy, partner_code AS partnerCode,
  -entry.points AS points, entry.body ->> '$.budget' AS budget, entry.body ->> '$.amount_minor' AS amountMinor,
  entry.body ->> '$.currency' AS currency, coalesce(redemption.day, entry.day) AS day,
  coalesce(record.data -> '$.detail', CASE WHEN redemption.terms IS NOT NULL THEN json_object('redemption', redemption.id,
    'state', redemption.state, 'terms', json(redemption.terms), 'portions', json_array(), 'expires_at', NULL) END) AS detail
  FROM redemption JOIN entry ON entry.seq = redemption.seq
  LEFT JOIN private_record AS record ON record.seq = redemption.seq
  LEFT JOIN learner ON learner.subject = redemption.subject`

export function redemptionStatements(connection: Connection) {
  const row = <P extends unknown[]>(where: string) => connection.prepare<P, Row>(`${SELECT} WHERE ${where}`)
  return {
    insert: connection.prepare(
      `INSERT INTO redemption (seq, id, subject, reward, state, delivery, partner, created, expires, token, token_copy)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    byId: row<[string]>('redemption.id = ?'),
    bySeq: row<[number]>('redemption.seq = ?'),
    byToken: row<[Buffer]>('redemption.token = ?'),
    times: connection
      .prepare<[string, string], number>(
        'SELECT created FROM redemption WHERE subject = ? AND reward = ? AND refunded = 0',
      )
      .pluck(),
    lapsing: row<[string, number, number, number]>(
      'redemption.state = ? AND redemption.expires >= ? AND redemption.expires < ? ORDER BY redemption.expires LIMIT ?',
    ),
    // SQLite would otherwise read through all that was ever delivered.
    lapsedAtPartners: row<[number, number]>(
      `redemption.seq IN (SELECT seq FROM redemption INDEXED BY redemption_at_partner
         WHERE state = 'delivered' AND token_copy IS NOT NULL AND expires < ? ORDER BY expires LIMIT ?)`,
    ),
    lapsedUnsent: row<[number, number]>(
      `redemption.state = 'delivering' AND redemption.expires < ? AND EXISTS
         (SELECT 1 FROM message WHERE message.redemption = redemption.seq AND message.state = 'pending') LIMIT ?`,
    ),
    lapsingUntold: row<[number, number, number]>(
      'told = 0 AND token_copy IS NOT NULL AND redemption.expires >= ? AND redemption.expires < ? LIMIT ?',
    ),
    setTold: connection.prepare('UPDATE redemption SET told = 1 WHERE seq = ?'),
    forMoodle: row<[number]>("redemption.state = 'delivering' AND delivery = 'moodle' ORDER BY redemption.seq LIMIT ?"),
    setState: connection.prepare('UPDATE redemption SET state = ? WHERE seq = ?'),
    setRefunded: connection.prepare('UPDATE redemption SET refunded = 1 WHERE seq = ?'),
    setConsumed: connection.prepare('UPDATE redemption SET consumed = ?, consumed_by = ?, reference = ? WHERE seq = ?'),
    setCopy: connection.prepare('UPDATE redemption SET token_copy = ? WHERE seq = ?'),
    setToken: connection.prepare('UPDATE redemption SET token = ?, token_copy = ? WHERE seq = ?'),
    setExpires: connection.prepare('UPDATE redemption SET expires = ?, told = 0 WHERE seq = ?'),
    setPartnerCode: connection.prepare('UPDATE redemption SET partner_code = ? WHERE seq = ?'),
    issued: connection.prepare<[string], number>('SELECT count FROM issued WHERE reward = ?').pluck(),
    // Not an upsert: SQLite would check the sum's bound against the change itself.
    changeIssued: connection.prepare('UPDATE issued SET count = count + ? WHERE reward = ?'),
    insertIssued: connection.prepare('INSERT INTO issued (reward, count) VALUES (?, ?)'),
    committed: connection
      .prepare<[string, string], number>('SELECT amount_minor FROM committed WHERE budget = ? AND month = ?')
      .pluck(),
    otherCurrency: connection
      .prepare<[string, string | null], string>(
        'SELECT currency FROM committed WHERE budget = ? AND currency IS NOT ? LIMIT 1',
      )
      .pluck(),
    changeCommitted: connection.prepare(
      'UPDATE committed SET amount_minor = amount_minor + ? WHERE budget = ? AND month = ?',
    ),
    insertCommitted: connection.prepare(
      'INSERT INTO committed (budget, month, amount_minor, currency) VALUES (?, ?, ?, ?)',
    ),
  }
}
