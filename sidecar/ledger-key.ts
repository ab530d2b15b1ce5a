/** The key that signs the ledger's checkpoints: a file of its own, outside the database, read by nobody else. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from './files.js'
import { HomeError } from './home.js'

const SEED_BYTES = 32
/** What systemd's LoadCredential= names it. */
const CREDENTIAL = 'rocket-ledger-key'

const keyPath = (home: string): string => join(home, 'ledger.key')

/** Where the key is; `own`: in the home, where a new one can be written. */
function keyFile(home: string, env: Readonly<Record<string, string | undefined>>): { path: string; own: boolean } {
  const credential = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, CREDENTIAL) : ''
  if (credential !== '' && existsSync(credential)) return { path: credential, own: false }
  return { path: keyPath(home), own: true }
}

/**
 * The seeds of the Ed25519 keys in the file, the newest first: after a rotation the one before it as well.
 * @returns an empty list where there is no file. @throws HomeError where others may read it, or it is no key.
 */
export function readLedgerKeys(home: string, env: Readonly<Record<string, string | undefined>>): Buffer[] {
  const { path, own } = keyFile(home, env)
  if (!existsSync(path)) return []
  if (own && (statSync(path).mode & 0o077) !== 0)
    throw new HomeError(`${path} can be read by others: run chmod 600 ${path}`)
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const seeds = lines.map((line) => Buffer.from(/^ed25519 ([A-Za-z0-9+/]{43}=)$/.exec(line)?.[1] ?? '', 'base64'))
  if (seeds.length === 0 || seeds.some(({ length }) => length !== SEED_BYTES))
    throw new HomeError(`${path} does not hold the ledger’s key (a line "ed25519 …"): put it back from your backup`)
  return seeds
}

/**
 * Makes a new key; the one before stays behind it in the file, to sign beside it for a while.
 * @returns the seeds, the new one first. @throws HomeError where the key comes from systemd.
 */
export function newLedgerKey(home: string, env: Readonly<Record<string, string | undefined>>): Buffer[] {
  const { path, own } = keyFile(home, env)
  if (!own)
    throw new HomeError(
      `The key comes from ${path}, which Rocket cannot write: put a new first line there, "ed25519 " and 32 random bytes in base64`,
    )
  const seeds = [randomBytes(SEED_BYTES), ...readLedgerKeys(home, env).slice(0, 1)]
  replaceFile(path, seeds.map((seed) => `ed25519 ${seed.toString('base64')}\n`).join(''))
  return seeds
}
