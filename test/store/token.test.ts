import { expect } from 'chai'
import { NOW } from '../support.js'
import { type Opened, open } from './files.js'

const token = {
  id: 'a',
  scope: 'reports',
  user_id: null,
  partner: null,
  name: 'BI',
  created: NOW,
  expires: NOW + 1_000,
}

describe('Tokens', () => {
  let opened: Opened
  const tokens = () => opened.stores.tokens
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  it('are listed and revoked once', () => {
    tokens().add(token)
    tokens().add({ ...token, id: 'b', created: NOW - 1 })
    expect(
      tokens()
        .list()
        .map(({ id }) => id),
    ).to.deep.equal(['b', 'a'])
    expect(tokens().revoke('a', NOW + 5)).to.equal(true)
    expect(tokens().revoke('a', NOW + 9)).to.equal(false)
    expect(tokens().revoke('none', NOW)).to.equal(false)
    expect(tokens().get('a')).to.deep.equal({ ...token, revoked: NOW + 5 })
    expect(tokens().get('none')).to.equal(null)
  })
})

describe('a pairing code', () => {
  let opened: Opened
  const tokens = () => opened.stores.tokens
  beforeEach(() => {
    opened = open()
    tokens().offerPairingCode('1234', NOW + 1_000, false)
  })
  afterEach(() => opened.connection.close())

  it('pairs once', () => {
    expect(tokens().takePairingCode('1234', NOW)).to.deep.equal({ replaces: false })
    expect(tokens().takePairingCode('1234', NOW)).to.equal(null)
  })

  it('is good until it expires', () => {
    expect(tokens().takePairingCode('1234', NOW + 1_000)).to.equal(null)
    expect(tokens().takePairingCode('1234', NOW + 999)).to.not.equal(null)
  })

  it('bears five wrong tries', () => {
    for (let i = 0; i < 4; i++) expect(tokens().takePairingCode('0000', NOW)).to.equal(null)
    expect(tokens().takePairingCode('1234', NOW)).to.not.equal(null)
    tokens().offerPairingCode('5678', NOW + 1_000, true)
    for (let i = 0; i < 5; i++) expect(tokens().takePairingCode('1234', NOW)).to.equal(null)
    expect(tokens().takePairingCode('5678', NOW)).to.equal(null)
  })

  it('takes the place of the one before it', () => {
    tokens().offerPairingCode('5678', NOW + 1_000, true)
    expect(tokens().takePairingCode('1234', NOW)).to.equal(null)
    expect(tokens().takePairingCode('5678', NOW)).to.deep.equal({ replaces: true })
  })

  it('is not kept itself', () => {
    expect(JSON.stringify(opened.connection.prepare('SELECT * FROM pairing_code').all())).to.not.include('1234')
  })
})

describe('JobRuns', () => {
  it('keep how each job ended when it last ran', () => {
    const opened = open()
    const { jobRuns } = opened.stores
    const run = { name: 'verify', started: NOW, ended: NOW + 5, ok: 1, message: 'fine' } as const
    jobRuns.keep({ ...run, ok: 0, message: 'no' })
    jobRuns.keep({ ...run, name: 'retention' })
    jobRuns.keep(run)
    expect(jobRuns.list()).to.deep.equal([{ ...run, name: 'retention' }, run])
    opened.connection.close()
  })
})
