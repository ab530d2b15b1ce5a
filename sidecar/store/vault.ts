/** Tokens and codes at rest: keyed digests to find them by, and encrypted copies for whoever still has to see them. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Connection } from './database.js'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a digest is of: the same text has another digest in each. */
export type Digested = 'token' | 'code' | 'idempotency key'

export class Vault {
  readonly #digestKeys: Readonly<Record<Digested, Buffer>>
  readonly #copyKey: Buffer

  /** @param secret the one secret from which every key here is derived. */
  constructor(secret: string) {
    const keyOf = (what: Digested) => derive(secret, `digest of a ${what}`)
    this.#digestKeys = { token: keyOf('token'), code: keyOf('code'), 'idempotency key': keyOf('idempotency key') }
    this.#copyKey = derive(secret, 'copy')
  }

  /** HMAC-SHA-256 under a key of its own for each purpose. */
  digest(what: Digested, text: string): Buffer {
    return createHmac('sha256', this.#digestKeys[what]).update(text).digest()
  }

  /** AES-256-GCM. @param owner what it belongs to: a copy that is moved to another row does not open. */
  seal(text: string, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#copyKey, nonce).setAAD(Buffer.from(owner))
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws where the copy was changed, belongs to another owner, or the secret is another one. */
  open(copy: Buffer, owner: string): string {
    const end = copy.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', this.#copyKey, copy.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(owner)).setAuthTag(copy.subarray(end))
    return Buffer.concat([decipher.update(copy.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8')
  }
}

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `rocket/v1 ${purpose}`, 32))

/** Whether something is kept that nobody could find or read again under another secret. */
export const needsItsSecret = (connection: Connection): boolean =>
  connection
    .prepare<[], number>('SELECT EXISTS (SELECT 1 FROM redemption) OR EXISTS (SELECT 1 FROM code)')
    .pluck()
    .get() === 1
