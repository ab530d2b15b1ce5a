import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import {
  type IssuedData,
  issuedData,
  type MessageType,
  messageText,
  WEBHOOK_SCHEMAS,
} from '../../sidecar/webhook/message.js'
import { NOW } from '../support.js'

const issued: IssuedData = {
  redemption_id: 'r1',
  reward_id: 'gift-5',
  title: '£5 gift card',
  token: 'TOKEN',
  value: { amount_minor: 500, currency: 'GBP' },
  discount: null,
  valid_until: '2026-12-23T09:00:00Z',
}
const ended = { redemption_id: 'r1', reward_id: 'gift-5' }

const ajv = new Ajv2020()
ajv.addKeyword('x-personal-data')
const errorsOf = (type: MessageType, text: string): unknown => {
  const validate = ajv.compile(WEBHOOK_SCHEMAS[type])
  validate(JSON.parse(text))
  return validate.errors ?? []
}

describe('a message', () => {
  it('has type, time and data', () => {
    expect(messageText('redemption.cancelled', NOW, ended)).to.equal(
      '{"type":"redemption.cancelled","timestamp":"2026-11-23T09:00:00.000Z",' +
        '"data":{"redemption_id":"r1","reward_id":"gift-5"}}',
    )
    expect(messageText('test', NOW, {})).to.equal('{"type":"test","timestamp":"2026-11-23T09:00:00.000Z","data":{}}')
    expect(JSON.parse(messageText('redemption.issued', NOW, issued)).data).to.deep.equal(issued)
  })

  it('is the same text for the same data, whatever the order of keys', () => {
    const { value, ...rest } = issued
    const turned = { value: { currency: 'GBP', amount_minor: 500 }, ...rest } as IssuedData
    expect(Object.keys(turned)).not.to.deep.equal(Object.keys(issued))
    expect(messageText('redemption.issued', NOW, turned)).to.equal(messageText('redemption.issued', NOW, issued))
  })

  it('fits its schema', () => {
    const discounts: IssuedData['discount'][] = [{ percent: 12.5 }, { amount_minor: 200, currency: 'GBP' }, null]
    for (const discount of discounts) {
      const data = { ...issued, value: null, valid_until: null, discount }
      expect(errorsOf('redemption.issued', messageText('redemption.issued', NOW, data))).to.deep.equal([])
    }
    expect(errorsOf('redemption.issued', messageText('redemption.issued', NOW, issued))).to.deep.equal([])
    expect(errorsOf('redemption.cancelled', messageText('redemption.cancelled', NOW, ended))).to.deep.equal([])
    expect(errorsOf('redemption.expired', messageText('redemption.expired', NOW, ended))).to.deep.equal([])
    expect(errorsOf('test', messageText('test', NOW, {}))).to.deep.equal([])
    expect(errorsOf('test', messageText('redemption.expired', NOW, ended))).not.to.deep.equal([])
  })
})

describe('personal data', () => {
  const { user_id: _, ...redemption } = issued

  it('is sent to a partner whose `personal` lists it, and to no other', () => {
    expect(issuedData(redemption, { user_id: '42' }, [])).to.deep.equal(redemption)
    expect(issuedData(redemption, { user_id: '42' }, ['user_id'])).to.deep.equal({ ...redemption, user_id: '42' })
  })

  it('does not slip in with a row that has more than the message', () => {
    const row = { ...ended, user_id: '42', token: 'TOKEN' }
    expect(messageText('redemption.cancelled', NOW, row)).not.to.match(/42|TOKEN/)
  })

  it('is marked in the schema, and is never required', () => {
    const text = JSON.stringify(WEBHOOK_SCHEMAS['redemption.issued'])
    expect(text).to.contain('"x-personal-data":true').and.to.contain('No personal data is sent by default')
    expect(errorsOf('redemption.issued', messageText('redemption.issued', NOW, redemption))).to.deep.equal([])
  })
})
