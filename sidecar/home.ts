/** The folder with the database and the generated secrets: made, locked, checked. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { replaceFile } from './files.js'

/** The home cannot be used; the message says why and what to do. */
export class HomeError extends Error {}

/** A secret shared with one Moodle; two may live while one is rotated. */
export interface PairedSecret {
  readonly kid: string
  readonly secret: string
  readonly created: number
  /** When it stops being honoured, epoch milliseconds; null while it is the newest. */
  readonly retires: number | null
}

export interface Pairing {
  readonly source: string
  readonly wwwroot: string | null
  readonly siteHash: string | null
  readonly secrets: readonly PairedSecret[]
}

export interface Secrets {
  /** Signs the tokens that the token command issues. */
  readonly tokenKey: string
  /** Event ids are kept as HMACs under it. */
  readonly eventKey: string
  /** Tokens and codes are kept under keys that are derived from it. */
  readonly redemptionKey: string
  readonly pairing: Pairing | null
}

export const databasePath = (home: string): string => join(home, 'rocket.sqlite')
const secretsPath = (home: string): string => join(home, 'secrets.json')
const lockPath = (home: string): string => join(home, 'server.lock')
const serverPath = (home: string): string => join(home, 'server.json')

/** File systems on which SQLite's locks cannot be trusted: NFS, SMB and CIFS, AFS, 9p, Ceph, Lustre (statfs(2)). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  1397113167: 'AFS',
  16914839: '9p',
  12805120: 'Ceph',
  198183888: 'Lustre',
}

/** @throws HomeError on a network file system. */
export function refuseNetwork(home: string): void {
  const name = NETWORK_FILE_SYSTEMS[statfsSync(home).type]
  if (name) {
    throw new HomeError(
      `${home} is on a network file system (${name}), where SQLite cannot lock: set ROCKET_HOME to a local disk`,
    )
  }
}

/** Makes the home (mode 0700) and its secrets where there are none. Only the server does this, once it has the lock. */
export function createHome(home: string): void {
  makeFolder(home)
  if (existsSync(secretsPath(home))) return
  if (existsSync(databasePath(home))) {
    throw new HomeError(`${secretsPath(home)} is missing, though there is a database: put it back from your backup`)
  }
  writeSecrets(home, { tokenKey: newSecret(), eventKey: newSecret(), redemptionKey: newSecret(), pairing: null })
}

function makeFolder(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  refuseNetwork(home)
}

/** @throws HomeError where no server has ever run here. */
export function requireHome(home: string): void {
  if (!existsSync(databasePath(home))) {
    throw new HomeError(`There is no Rocket home at ${home}: start the server once (npm start), or set ROCKET_HOME`)
  }
}

export const newSecret = (): string => randomBytes(32).toString('base64url')

/** @throws HomeError where the file is missing, is not ours, or others may read it. */
export function readSecrets(home: string): Secrets {
  const path = secretsPath(home)
  if (!existsSync(path)) throw new HomeError(`${path} is missing: put it back from your backup`)
  if ((statSync(path).mode & 0o077) !== 0) throw new HomeError(`${path} can be read by others: run chmod 600 ${path}`)
  const secrets = parseSecrets(readFileSync(path, 'utf8'))
  if (!secrets) throw new HomeError(`${path} does not hold Rocket’s secrets: put it back from your backup`)
  return secrets
}

function parseSecrets(text: string): Secrets | null {
  try {
    const secrets = JSON.parse(text)
    return typeof secrets.tokenKey === 'string' && typeof secrets.eventKey === 'string' ? secrets : null
  } catch {
    return null
  }
}

/**
 * A home from before there were rewards has no key for tokens yet.
 * @param needed whether something is kept under one: then it is not made anew, but has to be put back.
 * @throws HomeError
 */
export function completeSecrets(home: string, secrets: Secrets, needed: boolean): Secrets {
  if (secrets.redemptionKey !== undefined) return secrets
  if (needed) {
    throw new HomeError(
      `${secretsPath(home)} has no redemptionKey, without which no token can be found: put it back from your backup`,
    )
  }
  const complete = { ...secrets, redemptionKey: newSecret() }
  writeSecrets(home, complete)
  return complete
}

/** Replaces the secrets: after a crash there is the old file or the new one, never half of either. */
export function writeSecrets(home: string, secrets: Secrets): void {
  replaceFile(secretsPath(home), `${JSON.stringify(secrets, null, 2)}\n`)
}

/** What commands need to know of the running server. */
export interface RunningServer {
  readonly pid: number
  readonly url: string
}

/** Held while the server runs; given up by the operating system when the process ends, however it ends. */
export interface HomeLock {
  announce(server: RunningServer): void
  release(): void
}

/** Makes the home's folder where there is none. @throws HomeError where another server has the lock. */
export function lockHome(home: string): HomeLock {
  makeFolder(home)
  // Long enough to wait out a command that only looks whether a server runs.
  const lock = new Sqlite(lockPath(home), { timeout: 500 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new HomeError(
      `Another Rocket server is running on ${home}${describe(runningServer(home))}: stop it first, or set ROCKET_HOME`,
    )
  }
  return {
    announce: (server) => replaceFile(serverPath(home), `${JSON.stringify(server)}\n`),
    release: () => {
      rmSync(serverPath(home), { force: true })
      lock.close()
    },
  }
}

/** The server that holds the home's lock, null where none does. */
export function runningServer(home: string): RunningServer | null {
  if (!existsSync(lockPath(home)) || !existsSync(serverPath(home))) return null
  const lock = new Sqlite(lockPath(home), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE; ROLLBACK')
    return null
  } catch {
    return JSON.parse(readFileSync(serverPath(home), 'utf8')) as RunningServer
  } finally {
    lock.close()
  }
}

const describe = (server: RunningServer | null): string => (server ? ` (process ${server.pid}, ${server.url})` : '')
