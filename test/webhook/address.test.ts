import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import { isPrivateAddress, PrivateAddressError, publicLookup } from '../../sidecar/webhook/address.js'
import { readTarget } from '../../sidecar/webhook/target.js'
import { openPartner } from './partner-server.js'

const PRIVATE = `
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::a00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:2::1
2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1
`
const PUBLIC = `
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 172.15.0.1
172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 2003::1
`
const words = (text: string): string[] => text.trim().split(/\s+/)

describe('an address', () => {
  it('is private when it is not on the public internet', () => {
    expect(words(PRIVATE).filter((address) => !isPrivateAddress(address))).to.deep.equal([])
    expect(words(PUBLIC).filter(isPrivateAddress)).to.deep.equal([])
  })

  it('is private when it cannot be read', () => {
    for (const text of ['', 'shop.example', '127.1', '0x7f000001', 'fe80::1%eth0']) {
      expect(isPrivateAddress(text), text).to.equal(true)
    }
  })

  it('inside IPv6 hides nothing: v4-mapped, 6to4 and NAT64 of any IPv4 address are private', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
    fc.assert(
      fc.property(octets, (parts) => {
        const hex = Buffer.from(parts).toString('hex')
        const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`
        for (const form of [
          `::ffff:${parts.join('.')}`,
          `::ffff:${groups}`,
          `64:ff9b::${groups}`,
          `2002:${groups}::`,
        ]) {
          expect(isPrivateAddress(form), form).to.equal(true)
        }
      }),
    )
  })
})

describe('the url of a partner', () => {
  const problem = (url: string, allowPrivate = false): string => {
    const read = readTarget(url, allowPrivate)
    return 'problem' in read ? read.problem : 'none'
  }

  it('is https', () => {
    expect(problem('https://shop.example/rocket')).to.equal('none')
    for (const url of ['http://shop.example/', 'ftp://shop.example/', 'file:///etc/passwd', 'data:,x']) {
      expect(problem(url, true), url).to.contain('must begin with https')
    }
  })

  it('is http only for this machine, and only where private addresses are allowed', () => {
    for (const url of ['http://127.0.0.1:4400/', 'http://localhost:4400/', 'http://[::1]:4400/', 'http://0x7f.1/']) {
      expect(problem(url, true), url).to.equal('none')
      expect(problem(url), url).to.contain('must begin with https')
    }
    expect(problem('http://10.0.0.7/', true)).to.contain('must begin with https')
  })

  it('is no private address, however it is spelt', () => {
    const spellings = `127.0.0.1 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.1. 0 0.0.0.0
      10.0.0.1 0xa9fea9fe 2852039166 169.254.169.254 192.168.1.1 %31%32%37.0.0.1 [::1] [::] [0:0:0:0:0:0:0:1]
      [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [fe80::1] [fd00::1] [64:ff9b::7f00:1] [2002:7f00:1::]
      [2001:0:7f00:1::] localhost LOCALHOST localhost. shop.localhost`
    for (const host of words(spellings)) {
      expect(problem(`https://${host}/`), host).to.contain('private address')
      expect(problem(`https://${host}/`, true), host).to.equal('none')
    }
    expect(problem('https://8.8.8.8/')).to.equal('none')
    expect(problem('https://localhost.example/')).to.equal('none')
  })

  it('holds no password and can be read', () => {
    expect(problem('https://me:pass@shop.example/')).to.contain('user name or password').and.not.to.contain('pass@')
    expect(problem('shop.example')).to.contain('is not a URL')
  })
})

describe('the lookup of a connection', () => {
  it('refuses a name that leads to a private address, before anything is connected', async () => {
    let connected = 0
    const partner = await openPartner((response) => response.end(String(++connected)))
    const socket = connect({ host: 'localhost', port: partner.port, lookup: publicLookup })
    const [error] = await once(socket, 'error').catch((reason) => [reason])
    expect(error).to.be.instanceOf(PrivateAddressError)
    partner.close()
    expect(connected).to.equal(0)
  })

  it('gives the addresses of a public one, one or all of them, as it is asked', async () => {
    // An address is its own lookup: no name server is needed.
    const ask = (all: boolean) =>
      new Promise<unknown[]>((resolve) => publicLookup('8.8.8.8', { all }, (...found) => resolve(found)))
    expect(await ask(true)).to.deep.equal([null, [{ address: '8.8.8.8', family: 4 }]])
    expect(await ask(false)).to.deep.equal([null, '8.8.8.8', 4])
  })

  it('passes on that a name is not known', async () => {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
      publicLookup('shop.invalid', { all: true }, resolve),
    )
    expect(error?.code).to.match(/^(ENOTFOUND|EAI_AGAIN)$/)
  })
})
