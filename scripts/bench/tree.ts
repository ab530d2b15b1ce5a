/** What proving costs: entries appended with tree and checkpoints, against the chain alone; proofs from a large ledger. */
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { entryOf } from '../../sidecar/domain/entry.js'
import { consistencyProof, inclusionProof } from '../../sidecar/domain/tree.js'
import { databasePath, readSecrets } from '../../sidecar/home.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { createStores } from '../../sidecar/store/stores.js'
import { subtreesOf } from '../../sidecar/store/tree.js'
import { growLedger, notaryOf } from './grow.js'
import { type Measured, median, medians, seconds } from './measure.js'
import { removeHome } from './server.js'

const BATCH = 100
const PROOFS = 2_000

interface Appender {
  readonly append: (batches: number) => void
  readonly close: () => void
}

/** Batches of entries, a commit each; with `proving`, in the tree and under a checkpoint signed after each commit. */
function appender(home: string, proving: boolean): Appender {
  const connection = openForWriting(databasePath(home))
  const stores = createStores(connection, readSecrets(home))
  const rules = new RulesInForce(stores.configurations)
  const notary = notaryOf(home, stores)
  if (!proving) stores.ledger.tree.append = () => {}
  const { settings, civil } = rules.current()
  const entry = entryOf({ kind: 'administration', record: { actor: 'bench', reason: 'bench', detail: { score: 85 } } })
  return {
    append: (batches) => {
      for (let batch = 0; batch < batches; batch++) {
        stores.writer.write(() => {
          for (let n = 0; n < BATCH; n++) stores.ledger.append(entry, settings.source, Date.now(), civil)
        })
        if (proving) notary.newest()
      }
    },
    close: () => {
      connection.close()
      removeHome(home)
    },
  }
}

export async function measureTree(rounds: number, batches: number): Promise<Measured> {
  const small = () => growLedger(1_000, () => {}).home
  const [proving, plain] = [appender(small(), true), appender(small(), false)]
  proving.append(batches)
  plain.append(batches)
  const turns: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const count = batches * BATCH
    const ours = count / (await seconds(() => proving.append(batches)))
    turns.push({ ours, theirs: count / (await seconds(() => plain.append(batches))) })
  }
  proving.close()
  plain.close()
  return {
    name: `entries/s appended with tree and a signed checkpoint for every ${BATCH}`,
    unit: '1/s',
    ...medians(turns),
    aim: '≥ 0.87',
    against: 'the chain alone',
  }
}

/** Proofs for entries and earlier sizes all over a ledger. */
export async function measureProofs(home: string, entries: number, rounds: number): Promise<Measured[]> {
  const connection = openForWriting(databasePath(home))
  const subtrees = subtreesOf(connection)
  const measure = async (name: string, prove: (n: number) => void): Promise<Measured> => {
    const turns: number[] = []
    for (let round = 0; round < rounds; round++) {
      const took = await seconds(() => {
        for (let n = 0; n < PROOFS; n++) prove(1 + ((n * 7_919 * 131) % (entries - 1)))
      })
      turns.push((took * 1_000) / PROOFS)
    }
    return {
      name: `${name} at ${entries} entries`,
      unit: 'ms',
      ours: median(turns),
      theirs: null,
      ratio: null,
      aim: '< 1',
      against: '',
    }
  }
  const results = [
    await measure('an inclusion proof', (n) => inclusionProof(n, entries, subtrees)),
    await measure('a consistency proof', (n) => consistencyProof(n, entries, subtrees)),
  ]
  connection.close()
  return results
}
