/** Reading the whole ledger: verification against bare SHA-256, CSV against sqlite3. */
import { execFileSync, spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { databasePath } from '../../sidecar/home.js'
import { type Connection, openForReading } from '../../sidecar/store/database.js'
import { LEDGER_COLUMNS } from '../../sidecar/store/ledger-view.js'
import { byTurns, type Measured } from './measure.js'

const PROGRAM = join(import.meta.dirname, '../../dist/sidecar/main.js')
const PAGE = 1_000
/** What is hashed for a node of the tree: as many of them as there are entries. */
const NODE = Buffer.alloc(65, 1)

/** The physical limit: the same bytes read from SQLite and hashed, with a node of the tree for each, nothing compared. */
function hashBodies(connection: Connection, entries: number): void {
  const statement = connection
    .prepare<[number, number], [number, string]>('SELECT seq, body FROM entry WHERE seq > ? ORDER BY seq LIMIT ?')
    .raw()
  for (let after = 0; after < entries; after += PAGE) {
    for (const [, body] of statement.all(after, PAGE)) {
      hash('sha256', body, 'hex')
      hash('sha256', NODE, 'hex')
    }
  }
}

function hashBodiesAndRecords(connection: Connection, entries: number): void {
  const statement = connection
    .prepare<[number, number], [number, string, string]>(
      'SELECT entry.seq, body, data FROM entry JOIN private_record USING (seq) WHERE entry.seq > ? ORDER BY entry.seq LIMIT ?',
    )
    .raw()
  for (let after = 0; after < entries; after += PAGE) {
    for (const [, body, data] of statement.all(after, PAGE)) {
      hash('sha256', body, 'hex')
      hash('sha256', NODE, 'hex')
      hash('sha256', data, 'hex')
    }
  }
}

export async function measureVerify(home: string, entries: number, rounds: number): Promise<Measured[]> {
  const connection = openForReading(databasePath(home))
  const verify = (quick: boolean) => () => {
    const result = verifyLedger(connection, { quick })
    if (!result.ok) throw new Error(result.problems[0]?.message)
  }
  verify(true)()
  const quick = await byTurns(rounds, entries, verify(true), () => hashBodies(connection, entries))
  const full = await byTurns(rounds, entries, verify(false), () => hashBodiesAndRecords(connection, entries))
  connection.close()
  return [
    {
      name: 'entries/s by ledger verify --quick',
      unit: '1/s',
      ...quick,
      aim: '≥ 0.6',
      against: 'SHA-256 over the same bodies from SQLite and as many nodes',
    },
    {
      name: 'entries/s by ledger verify',
      unit: '1/s',
      ...full,
      aim: '≥ 0.35',
      against: 'SHA-256 over the same bodies and records from SQLite and as many nodes',
    },
  ]
}

/** Null where there is no sqlite3 on this machine. */
export async function measureCsv(home: string, entries: number, rounds: number): Promise<Measured[]> {
  if (!has('sqlite3')) return []
  const out = join(home, 'out.csv')
  let memory = 0
  const ours = async () => {
    memory = Math.max(memory, await exportWithPeak(home, out))
  }
  const sql = `SELECT ${LEDGER_COLUMNS.join()} FROM ledger ORDER BY seq`
  const theirs = () =>
    toFile(out, (stdout) =>
      execFileSync('sqlite3', ['-csv', '-header', databasePath(home), sql], { stdio: ['ignore', stdout, 'inherit'] }),
    )
  const csv = await byTurns(rounds, entries, ours, theirs)
  rmSync(out, { force: true })
  return [
    {
      name: 'lines/s by ledger export --format csv',
      unit: '1/s',
      ...csv,
      aim: '≥ 0.8',
      against: 'sqlite3 -csv, the same columns',
    },
    {
      name: `peak memory of exporting ${entries} entries`,
      unit: 'MiB',
      ours: memory,
      theirs: null,
      ratio: null,
      aim: 'flat',
      against: '',
    },
  ]
}

/** @returns the peak resident memory in MiB. */
function exportWithPeak(home: string, out: string): Promise<number> {
  const env = { ...process.env, ROCKET_HOME: home }
  const report = `process.on('exit', () => process.send(process.resourceUsage().maxRSS))`
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(report)}`,
    PROGRAM,
    'ledger',
    'export',
    '--format',
    'csv',
    '--out',
    out,
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    let peak = 0
    child.on('message', (kilobytes) => {
      peak = Number(kilobytes) / 1_024
    })
    child.once('close', (code) => (code === 0 ? resolve(peak) : reject(new Error(`export ended with ${code}`))))
  })
}

function toFile(path: string, work: (stdout: number) => void): void {
  const file = openSync(path, 'w')
  work(file)
  closeSync(file)
}

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
