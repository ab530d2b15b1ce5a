import { expect } from 'chai'
import { NOW, openRocket, type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, sendEvents } from './calls.js'

const SETTINGS = 'source: moodle\ncustom_events: [custom.helpful, custom.unpaid]\n'
const RULES = `
- { id: helpful, event: custom.helpful, points: 5 }
- { id: helpful_too, event: custom.helpful, points: 1, frequency: 1 }
`
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()

describe('an award by hand: a custom event', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(RULES, SETTINGS)
  })
  afterEach(() => rocket.close())

  const award = (id: string, more: object = {}) =>
    wireEvent({
      id,
      event: 'custom.helpful',
      object: `local_rocket_award:${id}`,
      actor: '3',
      activity: null,
      data: {},
      time: at(-60),
      ...more,
    })
  const undo = (id: string, more: object = {}) =>
    award(id, { id: `undo ${id}`, time: at(-30), data: { undone: true }, ...more })
  const send = async (...events: object[]) => (await sendEvents(rocket, events)).body.results

  it('is offered to who may award where a rule pays for it', async () => {
    const { body } = await get(rocket, '/api/events/subscriptions', 'events')
    expect(body.custom_events).to.deep.equal(['custom.helpful'])
  })

  it('is taken back, by every rule that paid, when it is called off', async () => {
    await send(award('1'), award('2'))
    expect(balanceOf(rocket, '42')).to.equal(11)
    const [result] = await send(undo('1'))
    expect(result).to.include({ status: 'recorded', points: -6 })
    expect(result.decisions.map(({ outcome }: { outcome: string }) => outcome)).to.deep.equal(['revoked', 'revoked'])
    expect(balanceOf(rocket, '42')).to.equal(5)
  })

  it('is taken back once, and from nobody else', async () => {
    await send(award('1'), award('1', { id: 'other', user: '43' }))
    await send(undo('1'), undo('1', { id: 'again' }))
    expect([balanceOf(rocket, '42'), balanceOf(rocket, '43')]).to.deep.equal([0, 6])
  })

  it('pays nothing where the word that it was called off came first', async () => {
    await send(undo('1'))
    const [result] = await send(award('1'))
    expect(result.decisions.map(({ reason }: { reason: { code: string } }) => reason.code)).to.deep.equal([
      'withdrawn',
      'withdrawn',
    ])
    expect(balanceOf(rocket, '42')).to.equal(0)
  })
})
