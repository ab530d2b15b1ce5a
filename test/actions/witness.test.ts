import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { witnessed } from '../../sidecar/actions/witness.js'
import { openCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { openNote } from '../../sidecar/domain/note.js'
import { provesConsistency } from '../../sidecar/domain/tree.js'
import { openRocket, type TestRocket } from '../support.js'

const NAME = 'witness.example.edu/w'

/** A witness as the specification describes one, for a single log. */
class TestWitness {
  readonly vkey: string
  readonly asked: string[] = []
  /** What it answers instead, where it is to misbehave. */
  instead: { status: number; body: string } | null = null
  held: { size: number; root: Buffer } = { size: 0, root: Buffer.alloc(0) }
  readonly #id: Buffer
  readonly #key: KeyObject
  readonly #server: Server

  constructor(readonly logKeys: () => readonly string[]) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const key = Buffer.concat([Buffer.of(4), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)])
    this.#id = createHash('sha256').update(`${NAME}\n`).update(key).digest().subarray(0, 4)
    this.vkey = `${NAME}+${this.#id.toString('hex')}+${key.toString('base64')}`
    this.#key = privateKey
    this.#server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        this.asked.push(`${request.method} ${request.url} ${body.split('\n')[0]}`)
        const { status, body: said } = this.instead ?? this.#answer(body)
        response.writeHead(status, status === 409 ? { 'content-type': 'text/x.tlog.size' } : {}).end(said)
      })
    })
  }

  open = () => new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  close = () => this.#server.close()
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/submit/`
  }

  #answer(body: string): { status: number; body: string } {
    const at = body.indexOf('\n\n')
    const [first, ...hashes] = body.slice(0, at).split('\n')
    const note = body.slice(at + 2)
    const { size, root } = openCheckpoint(note, this.logKeys())
    if (first !== `old ${this.held.size}`) return { status: 409, body: `${this.held.size}\n` }
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'))
    const { size: from, root: fromRoot } = this.held
    if (from > 0 && !provesConsistency({ from, fromRoot, size, root, proof })) return { status: 422, body: '' }
    this.held = { size, root }
    return { status: 200, body: this.cosign(`${note.split('\n\n')[0]}\n`, 1_800_000_000n) }
  }

  cosign(text: string, time: bigint): string {
    const stamp = Buffer.alloc(8)
    stamp.writeBigUInt64BE(time)
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.#key)
    return `— ${NAME} ${Buffer.concat([this.#id, stamp, signature]).toString('base64')}\n`
  }
}

describe('a witness', () => {
  let rocket: TestRocket
  let witness: TestWitness
  const ask = () => {
    const { notary } = rocket.context
    return witnessed(notary, notary.newest()!, { url: witness.url, vkey: witness.vkey })
  }
  const refused = async (): Promise<string> => {
    try {
      await ask()
      return 'not refused'
    } catch (error) {
      return (error as Error).message
    }
  }
  beforeEach(async () => {
    rocket = openRocket()
    rocket.context.notary.keys.begin()
    witness = new TestWitness(() => rocket.context.notary.keys.vkeys())
    await witness.open()
  })
  afterEach(() => {
    witness.close()
    rocket.close()
  })

  it('signs the first checkpoint that it sees, and the note then has both signatures', async () => {
    const note = await ask()
    const { signedBy } = openNote(note, [...rocket.context.notary.keys.vkeys(), witness.vkey])
    expect(signedBy).to.deep.equal([...rocket.context.notary.keys.vkeys(), witness.vkey])
    expect(witness.asked).to.deep.equal(['POST /submit/add-checkpoint old 0'])
  })

  it('is shown the growth since the one that it saw', async () => {
    await ask()
    const { size } = witness.held
    rocket.context.notary.keys.rotate('test', 'one entry more')
    await ask()
    expect(witness.held.size).to.equal(size + 1)
    expect(witness.asked.slice(1)).to.deep.equal([
      'POST /submit/add-checkpoint old 0',
      `POST /submit/add-checkpoint old ${size}`,
    ])
  })

  it('that has seen more than there is says that entries were lost', async () => {
    witness.held = { size: 1_000, root: Buffer.alloc(32) }
    expect(await refused()).to.contain('entries were lost')
  })

  it('that refuses is quoted', async () => {
    witness.instead = { status: 403, body: 'unknown log\n' }
    expect(await refused()).to.equal('The witness did not sign (403): unknown log')
    witness.instead = { status: 409, body: 'many' }
    expect(await refused()).to.contain('what is no size')
  })

  it('is not believed where its signature is somebody else’s, or over something else', async () => {
    for (const body of ['', '— other AAAAAAAAAAAA\n', witness.cosign('another text\n', 1n)]) {
      witness.instead = { status: 200, body }
      expect(await refused(), body).to.match(/nobody whose key is known|is not over this text/)
    }
  })
})
