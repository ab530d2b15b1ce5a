import { expect } from 'chai'
import { Civil } from '../../sidecar/domain/civil.js'
import { type Reason, type ReasonCode, reason, reasonCodes } from '../../sidecar/domain/reason.js'

const civil = new Civil('Europe/London', 1, [])
const say = (code: ReasonCode, params: Reason['params'] = {}) => reason(code, params, civil).text

/** Parameters as the code that refuses or grants gives them. */
const PLAUSIBLE: Record<ReasonCode, readonly Reason['params'][]> = {
  granted: [{ points: 1 }, { points: 10 }],
  capped: [{ points: 3, of: 10, per: 'day', limit: 50 }],
  held: [
    { points: 10, release: '2026-12-07T09:00:00.000Z' },
    {
      points: 10,
      because: [reason('held_burst', { observed: 61 }, civil), reason('held_same_text', {}, civil)],
      release: '2026-12-07T09:00:00.000Z',
    },
  ],
  not_qualifying: [{ because: null }, { because: 'accounts for testing' }],
  few_words: [
    { at: 5, words: 3 },
    { at: 5, words: 0 },
  ],
  held_blacklist: [{ because: null }, { because: 'Level 0 is looked at by hand' }],
  held_rapid_answers: [{ observed: 40 }],
  held_same_text: [{}],
  held_near_copy: [{ observed: 90 }],
  held_same_file: [{}],
  held_quick_attempts: [{ observed: 4 }],
  held_many_attempts: [{ observed: 8 }],
  held_quick_posts: [{ observed: 4 }],
  held_burst: [{ observed: 60 }],
  held_regular_clicks: [{ observed: 8 }],
  held_reply_ring: [{ observed: 4 }],
  held_deleted_after_earning: [{ observed: 3 }],
  hold_made: [{ points: 1 }, { points: 10 }],
  flag_confirmed: [{ points: 20, why: 'copied from another essay' }],
  hold_released: [{ points: 1 }, { points: 10 }],
  hold_lapsed: [{ points: 10 }],
  hold_confirmed: [{ points: 10, why: 'copied from another post' }],
  appeal_received: [{ points: 10 }],
  appeal_made: [{ points: 10, review: 4 }],
  review_waiting: [{ count: 1 }, { count: 3 }],
  revoked: [{ points: 1 }],
  withdrawn: [{ withdrawn: '2026-05-03T09:00:00Z' }],
  waiting_for_grade: [{}],
  condition_not_met: [
    { field: 'score', test: '>=80', value: 79 },
    { field: 'late', test: 'false', value: true },
    { field: 'score', test: '>=80', value: null },
  ],
  frozen: [{}],
  excluded: [{}],
  outside_window: [{ opens: '2026-11-24T09:00:00.000Z' }, { opens: null }],
  requires: [{ missing: [reason('needs_badge', { badge: 'badge:17' }, civil)] }],
  needs_badge: [{ badge: 'Explorer' }],
  needs_rule: [{ rule: 'submit_quiz' }],
  needs_completed: [{ target: 'course:7' }],
  needs_completion_rate: [{ course: 'PHYS101', at_least: 50, rate: 0 }],
  needs_points: [{ points: 40 }],
  needs_all: [{ missing: [reason('needs_points', { points: 1 }, civil)] }],
  needs_any: [
    { options: [reason('needs_points', { points: 1 }, civil), reason('needs_badge', { badge: 'x' }, civil)] },
  ],
  no_object: [{ scope: 'activity' }],
  already_granted: [{ granted: '2026-11-23T09:00:00.000Z', act: 'quiz.graded:quiz_attempts:1' }],
  once_only: [{ scope: 'activity', granted: '2026-11-23T09:00:00.000Z' }],
  frequency: [
    { granted: '2026-11-23T09:00:00.000Z', again: '2026-11-30T09:00:00.000Z', count: 1 },
    { granted: '2026-11-23T09:00:00.000Z', again: null, count: 2 },
  ],
  cap_reached: [
    { per: 'week', limit: 50, unit: 'points', again: '2026-11-30T00:00:00.000Z' },
    { per: '48h', limit: 3, unit: 'grants', again: null },
  ],
  no_points: [{ field: 'score' }],
  needs_tier: [{ tier: 'silver', title: 'Silver', missing: [reason('needs_points', { points: 40 }, civil)] }],
  needs_balance: [{ points: 1 }, { points: 40 }],
  not_active: [{}],
  not_approved: [{}],
  not_funded: [{}],
  reward_window: [{ opens: '2026-11-24T09:00:00.000Z' }, { opens: null }],
  limit_reached: [
    { count: 1, per: 'month', again: '2026-12-01T00:00:00.000Z' },
    { count: 2, per: 'ever', again: null },
  ],
  out_of_stock: [{}],
  budget_used_up: [{ again: '2026-12-01' }],
  partner_closed: [{}],
  redeeming_paused: [{}],
  tier_reached: [{ tier: 'silver', title: 'Silver' }],
  redeemed: [{ reward: 'gift-5', title: '£5 gift card', points: 50, redemption: 'rdm_1' }],
  delivered: [{ reward: 'gift-5', title: '£5 gift card', redemption: 'rdm_1' }],
  refused: [{ reward: 'gift-5', title: '£5 gift card', points: 50, redemption: 'rdm_1' }],
  cancelled: [{ reward: 'gift-5', title: '£5 gift card', points: 1, redemption: 'rdm_1' }],
  token_lapses: [{ reward: 'gift-5', title: '£5 gift card', redemption: 'rdm_1', expires: '2026-12-20T09:00:00.000Z' }],
  token_lapsed: [
    { reward: 'gift-5', title: 'A gift card', redemption: 'rdm_1', points: 50 },
    { reward: 'gift-5', title: 'A gift card', redemption: 'rdm_1', points: 0 },
  ],
  token_replaced: [{ reward: 'gift-5', title: 'A gift card', redemption: 'rdm_1' }],
  points_lapse: [
    { points: 1, expires: '2026-12-31' },
    { points: 40, expires: '2026-12-31' },
  ],
  budget_short: [{ budget: 'main', month: '2026-11', reward: 'gift-5' }],
  budget_warning: [{ budget: 'main', percent: 80, month: '2026-11' }],
  codes_low: [{ reward: 'gift-5', left: 2, of: 10 }],
  codes_empty: [{ reward: 'gift-5' }],
  codes_lapse: [{ reward: 'gift-5', count: 3, expires: '2026-12-31' }],
  delivery_stuck: [{ partner: 'shop', redemption: 'rdm_1', why: 'The partner answered 500' }],
  ledger_renamed: [{ origin: 'rocket/moodle/2', former: 'rocket/moodle/1', why: 'restored' }],
  partner_gone: [{ partner: 'shop' }],
}

describe('a reason', () => {
  for (const code of reasonCodes) {
    it(`${code} is a sentence`, () => {
      for (const params of PLAUSIBLE[code]) {
        const made = reason(code, params, civil)
        expect(made.code).to.equal(code)
        expect(made.params).to.deep.equal(params)
        expect(made.text).to.have.length.above(5)
        expect(made.text).to.not.match(/undefined|null|NaN|\[object|Invalid/)
        // What is needed, and why points are set aside, is part of a sentence; everything else stands alone.
        // Titles and ids are as the institution writes them.
        if (!/^(needs|held)_/.test(code)) expect(made.text).to.match(/^[A-Z0-9£a-z].*\.$/)
      }
    })
  }

  it('counts one point as one', () => {
    expect(say('granted', { points: 1 })).to.equal('You earned 1 point.')
    expect(say('granted', { points: 2 })).to.equal('You earned 2 points.')
  })

  it('shows times as the institution’s clocks do', () => {
    expect(say('outside_window', { opens: '2026-06-24T08:00:00.000Z' })).to.equal(
      'This pays only at certain times, next from 24 June 2026, 09:00.',
    )
    expect(say('cap_reached', { per: 'day', limit: 1, unit: 'points', again: '2026-06-24T23:00:00.000Z' })).to.equal(
      'You have reached the most that this can pay today (1 point). It pays again from 25 June 2026.',
    )
  })

  it('says what comes first', () => {
    const missing = [
      reason(
        'needs_any',
        { options: [reason('needs_rule', { rule: 'a' }, civil), reason('needs_points', { points: 5 }, civil)] },
        civil,
      ),
      reason('needs_completed', { target: 'course:7' }, civil),
    ]
    expect(say('requires', { missing })).to.equal(
      'Something comes first: earn points by a, or 5 more points; complete course:7.',
    )
  })

  it('never calls anybody a cheat', () => {
    expect(say('held', { points: 5 })).to.include('not a finding of misconduct')
  })

  it('says why points are set aside, and until when', () => {
    const because = [reason('held_burst', { observed: 61 }, civil), reason('held_same_text', {}, civil)]
    expect(say('held', { points: 5, because, release: '2026-12-07T09:00:00.000Z' })).to.equal(
      '5 points were set aside until a person has looked: 61 activities within ten minutes; the same text was handed in before. This is not a finding of misconduct. If nobody decides by 7 December 2026, 09:00, they are yours.',
    )
  })
})
