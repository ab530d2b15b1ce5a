/** A learner's points read from a large ledger, against the same from a small one. */
import { databasePath } from '../../sidecar/home.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { LedgerView } from '../../sidecar/store/ledger-view.js'
import { createStores } from '../../sidecar/store/stores.js'
import { type Measured, medians, seconds } from './measure.js'
import { removeHome } from './server.js'

const READS = 20_000

interface Grown {
  readonly home: string
  readonly users: readonly string[]
}

/** What `GET /api/user/points` reads; `page` adds the latest ten entries to the balance. */
function reader({ home, users }: Grown, page: boolean): { read: () => void; close: () => void } {
  const connection = openForWriting(databasePath(home))
  const stores = createStores(connection, { eventKey: 'bench', redemptionKey: 'bench' })
  const view = new LedgerView(connection)
  let next = 0
  const read = () => {
    for (let n = 0; n < READS; n++) {
      const subject = stores.learners.subjectOf('bench', users[next++ % users.length]!)!
      stores.ledger.balance(subject)
      if (page) view.latest(subject, 10)
    }
  }
  return { read, close: () => connection.close() }
}

export async function measureBalances(small: Grown, big: Grown, entries: number, rounds: number): Promise<Measured[]> {
  const results: Measured[] = []
  for (const page of [false, true]) {
    const [few, many] = [reader(small, page), reader(big, page)]
    few.read()
    many.read()
    const turns: { ours: number; theirs: number }[] = []
    for (let round = 0; round < rounds; round++) {
      turns.push({
        ours: ((await seconds(many.read)) * 1e6) / READS,
        theirs: ((await seconds(few.read)) * 1e6) / READS,
      })
    }
    few.close()
    many.close()
    results.push({
      name: `${page ? 'balance and latest ten entries' : 'balance'} read at ${entries} entries`,
      unit: 'µs',
      ...medians(turns),
      aim: page ? 'reported' : '≤ 1.3',
      against: 'the same at 10,000 entries',
    })
  }
  removeHome(small.home)
  removeHome(big.home)
  return results
}
