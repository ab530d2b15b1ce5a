import { expect } from 'chai'
import fc from 'fast-check'
import { MOST_BYTES, readAnswer } from '../../sidecar/webhook/answer.js'

const read = (body: string) => readAnswer(Buffer.from(body))
const json = (body: unknown) => read(JSON.stringify(body))

describe("a partner's answer", () => {
  it('may be empty', () => {
    expect(read('')).to.deep.equal({ answer: {}, note: null })
    expect(json({})).to.deep.equal({ answer: {}, note: null })
  })

  it('may give a code for the learner, and say that nothing is left to hand over', () => {
    expect(json({ code: 'AB-12 é 🎁' })).to.deep.equal({ answer: { code: 'AB-12 é 🎁' }, note: null })
    expect(json({ code: 'x'.repeat(255), consumed: true }).answer).to.deep.equal({
      code: 'x'.repeat(255),
      consumed: true,
    })
    expect(json({ consumed: false })).to.deep.equal({ answer: { consumed: false }, note: null })
  })

  it('is ignored, and that is noted, where it cannot be used', () => {
    const unusable = ['', ' ', 'x'.repeat(256), 'a\nb', 'a\u0000b', 'a\u202eb', 'a\u2028b', 7, null, ['x'], {}]
    for (const code of unusable) {
      const { answer, note } = json({ code, consumed: true })
      expect(answer).to.deep.equal({ consumed: true })
      expect(note).to.contain('code, which must be a text')
    }
    expect(json({ code: 'A', consumed: 'yes' })).to.deep.equal({
      answer: { code: 'A' },
      note: "Ignored in the partner's answer: consumed, which must be true or false.",
    })
    expect(json({ code: 'A', status: 'ok' }).note).to.contain('keys other than code and consumed')
    for (const body of ['OK', '<html>', '{"code":', '\u0000']) expect(read(body).note).to.contain('not JSON')
    for (const body of [[], 'text', 7, null, true]) expect(json(body).note).to.contain('not a JSON object')
    expect(readAnswer(Buffer.from([0x22, 0xff, 0x22])).note).to.contain('not JSON')
    expect(readAnswer(null).note).to.contain(`longer than ${MOST_BYTES} bytes`)
  })

  it('never fails, and a note never quotes it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (body) => {
          const { note } = readAnswer(body)
          expect((note ?? '').length).to.be.at.most(200)
        },
      ),
    )
    expect(json({ code: 7, 'SECRET-KEY': 'SECRET-VALUE' }).note).not.to.contain('SECRET')
    expect(read('['.repeat(60_000)).answer).to.deep.equal({})
  })
})
