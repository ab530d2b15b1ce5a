import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { expect } from 'chai'
import { isPrivateAddress } from '../../sidecar/webhook/address.js'
import { outcomeOf, send } from './partner-server.js'

interface TestProxy {
  readonly url: string
  /** The first line of each request. */
  readonly asked: string[]
  /** What came through tunnels. */
  readonly tunnelled: Buffer[]
  close(): void
}

/** @param answer what it says to CONNECT; null: nothing, for ever. */
async function openProxy(answer: string | null): Promise<TestProxy> {
  const [asked, tunnelled, sockets]: [string[], Buffer[], Socket[]] = [[], [], []]
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', (head) => {
      asked.push(head.toString('latin1').split('\r\n')[0]!)
      // The first bytes in the tunnel are enough to know what is spoken in it.
      socket.once('data', (bytes) => {
        tunnelled.push(bytes)
        socket.destroy()
      })
      if (answer !== null) socket.write(`HTTP/1.1 ${answer}\r\n\r\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, tunnelled, close }
}

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']

describe('a proxy', () => {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const)
  const clear = () => {
    for (const name of VARIABLES) delete process.env[name]
  }
  let proxy: TestProxy | undefined
  beforeEach(clear)
  afterEach(() => {
    proxy?.close()
    clear()
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value
  })

  const use = async (answer: string | null, noProxy = ''): Promise<TestProxy> => {
    proxy = await openProxy(answer)
    process.env.HTTPS_PROXY = proxy.url
    process.env.NO_PROXY = noProxy
    return proxy
  }
  const url = 'https://shop.example/rocket'

  it('named by HTTPS_PROXY is asked for a tunnel, and TLS with the partner runs in it', async () => {
    const { asked, tunnelled } = await use('200 Connection established')
    const outcome = await send({ url, allowPrivate: false })
    expect(asked[0]).to.equal('CONNECT shop.example:443 HTTP/1.1')
    const TLS_HANDSHAKE = 0x16
    expect(tunnelled[0]![0]).to.equal(TLS_HANDSHAKE)
    expect(tunnelled[0]!.toString('latin1')).to.contain('shop.example').and.not.to.contain('webhook')
    expect(outcome.kind).to.equal('unknown')
  })

  it('is not asked for what NO_PROXY lists', async () => {
    const { asked } = await use('200 Connection established', 'shop.invalid')
    const outcome = await send({ url: 'https://shop.invalid/', allowPrivate: false })
    expect(asked).to.deep.equal([])
    expect(outcome)
      .to.have.property('why')
      .that.matches(/ENOTFOUND|EAI_AGAIN/)
  })

  it('that refuses, or says nothing, is a reason to try again', async () => {
    await use('502 Bad Gateway')
    expect(await send({ url }))
      .to.have.property('why')
      .that.contains('the proxy opened no connection')
    proxy?.close()
    await use(null)
    const outcome = await send({ url, timeoutMs: 200 })
    expect(outcome).to.have.property('why').that.contains('did not answer within 0.2 seconds')
  })

  it('is not asked for a private address', async () => {
    const { asked } = await use('200 Connection established')
    for (const host of ['169.254.169.254', '10.0.0.1', '[::1]', '0x7f.1', 'localhost']) {
      expect((await send({ url: `https://${host}/`, allowPrivate: false })).kind, host).to.equal('blocked')
    }
    expect(asked).to.deep.equal([])
  })

  it('is missing: a name that leads to a private address is refused when connecting', async function () {
    // The only such name that a machine is sure to have is its own, where it has one.
    const addresses = await lookup(hostname(), { all: true }).catch(() => [])
    if (!addresses.some(({ address }) => isPrivateAddress(address))) return this.skip()
    expect((await send({ url: `https://${hostname()}:9/`, allowPrivate: false })).kind).to.equal('blocked')
  })

  it('has nothing to do with this machine', async () => {
    const { asked } = await use('502 Bad Gateway')
    process.env.HTTP_PROXY = process.env.HTTPS_PROXY
    expect((await outcomeOf((response) => response.end())).kind).to.equal('accepted')
    expect(asked).to.deep.equal([])
  })

  it('that cannot be understood is said to be so, without its password', async () => {
    process.env.HTTPS_PROXY = 'me:hunter2 at proxy'
    const outcome = await send({ url })
    expect(outcome.kind).to.equal('unknown')
    expect(outcome).to.have.property('why').that.contains('HTTPS_PROXY').and.not.contains('hunter2')
  })
})
