/** From Moodle's own activity to points, a reward and the counter, in a real Moodle with a real browser. */
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { Folder, issueToken, type RunningRocket } from '../cli/program.js'
import { install, launch, loggedIn, MOODLE_DIR, openBlocks, php, type World, world } from './moodle.js'

const RULES = `
- { id: quiz, event: quiz.graded, conditions: { score: ">=80" }, points: 40, title: A quiz at 80 % or more }
- { id: post, event: forum.post, conditions: { words: ">=5" }, points: 5, title: A forum post }
- { id: work, event: assign.submitted, points: 15, title: Work handed in }
- { id: read, event: activity.completed, points: 10, title: An activity completed }
- { id: badge, event: badge.awarded, points: 25, title: A badge }
- { id: viewed, event: course.viewed, points: 1, title: A look at the course }
`
const REWARDS = `
currency: GBP
tiers: [{ id: bronze, title: Bronze, points: 50 }, { id: silver, title: Silver, points: 9000 }]
budgets: [{ id: main, monthly: 500 }]
rewards:
  - { id: coffee, title: A coffee, cost: 20, funding: institution, value: 2.50, budget: main, delivery: in_app, approved: { by: Head, on: 2026-08-20 } }
  - { id: hoodie, title: A hoodie, cost: 8000, funding: institution, value: 25, budget: main, delivery: in_app, approved: { by: Head, on: 2026-08-20 } }
`

interface Judged {
  readonly event: string
  readonly points: number
  readonly decisions: readonly { readonly rule_id: string; readonly reason: { readonly code: string } }[]
}

/** What Moodle holds of the ledger, and against it. */
interface Held {
  readonly size: number
  readonly note: string | null
  readonly kept: number
  readonly proven: number
  readonly alarms: readonly { readonly kind: string; readonly words: string }[]
  readonly receipts: number
  readonly resending: { readonly step: string; readonly trouble: string | null } | null
}

if (!MOODLE_DIR) {
  console.log(
    'MOODLE_DIR is not set: nothing was tried against a real Moodle. Set it to the folder of an installed one.',
  )
}

;(MOODLE_DIR ? describe : describe.skip)('a real Moodle', function () {
  this.timeout(15 * 60_000)
  const folder = new Folder({ 'rocket.yaml': 'source: moodle\n', 'rules/test.yaml': RULES, 'rewards.yaml': REWARDS })
  let rocket: RunningRocket
  let admin: string
  let site: World
  let browser: Browser
  let pairing: unknown

  const ask = async (path: string) => {
    const answer = await fetch(rocket.url + path, { headers: { Authorization: `Bearer ${admin}` } })
    // biome-ignore lint/suspicious/noExplicitAny: what the routes answer is held by their own tests.
    return (await answer.json()) as any
  }
  /** 0 for a learner of whom nothing was ever heard. */
  const points = async (name: string): Promise<number> =>
    (await ask(`/api/user/points?user_id=${site.users[name]}`)).balance ?? 0
  const decisions = async (name: string): Promise<readonly Judged[]> =>
    (await ask(`/api/user/decisions?user_id=${site.users[name]}&limit=200`)).events
  const sendTask = () => php(['admin/cli/scheduled_task.php', '--execute=\\local_rocket\\task\\send'])
  const serve = async (port = '0') => {
    rocket = await folder.serve({ ROCKET_PORT: port })
  }

  before('installs the plugins, pairs, and makes a course', async () => {
    await install()
    // This site may be in use: what it is paired with is put back afterwards.
    pairing = await world('pairing')
    await serve()
    const { code } = await folder.json<{ code: string }>('pair')
    await php(['local/rocket/cli/pair.php', `--url=${rocket.url}`, `--code=${code}`])
    admin = await issueToken(folder, '--scope admin --name test')
    site = await world<World>('setup')
    console.log(`    Moodle ${site.release} at ${site.wwwroot}`)
    browser = await launch()
  })

  after(async () => {
    await browser?.close()
    if (site) await world('teardown')
    if (pairing) await world('pairing', JSON.stringify(pairing))
    await folder.remove()
  })

  describe('what learners do', () => {
    let essayattempt: number

    before(async () => {
      ;({ essayattempt } = await world<{ essayattempt: number }>('act', JSON.stringify(site)))
      await sendTask()
    })

    it('pays a quiz at 85 %, and says why one at 60 % does not', async () => {
      const paid = (await decisions('ann')).filter(({ decisions: list }) =>
        list.some(({ rule_id }) => rule_id === 'quiz'),
      )
      expect(paid.reduce((sum, judged) => sum + judged.points, 0)).to.equal(40)
      const refused = (await decisions('ben')).flatMap(({ decisions: list }) => list)
      expect(refused.map(({ reason }) => reason.code)).to.include('condition_not_met')
      expect(await points('ben')).to.equal(0)
    })

    it('waits for the grade of an essay, and pays it once it was graded by hand', async () => {
      const before = await points('ann')
      const waiting = (await decisions('ann')).flatMap(({ decisions: list }) => list.map(({ reason }) => reason.code))
      expect(waiting).to.include('waiting_for_grade')
      await world('grade', String(essayattempt))
      await sendTask()
      expect(await points('ann')).to.equal(before + 40)
    })

    it('pays teachers nothing', async () => {
      expect(await points('tess')).to.equal(0)
    })

    it('pays a post with words and none without', async () => {
      const posts = (await decisions('ann')).filter(({ event }) => event.includes('post_created'))
      expect(posts.map((post) => post.points)).to.have.members([5, 0])
    })

    it('pays a completion once, though it was undone and redone; work handed in; a badge', async () => {
      const by = (rule: string) =>
        decisions('ann').then((judged) =>
          judged.filter(({ decisions: list }) => list.some(({ rule_id }) => rule_id === rule)).map((one) => one.points),
        )
      expect((await by('read')).filter((one) => one !== 0)).to.deep.equal([10])
      expect((await by('work')).filter((one) => one !== 0)).to.deep.equal([15])
      expect((await by('badge')).filter((one) => one !== 0)).to.deep.equal([25])
      expect(await points('ann')).to.equal(40 + 40 + 5 + 10 + 15 + 25)
    })
  })

  describe('the block', () => {
    let token = ''

    it('shows balance, tier and reasons in the course, at 1280 and at 360 pixels', async () => {
      for (const width of [1280, 360]) {
        const context = await loggedIn(browser, site, 'ann', { viewport: { width, height: 900 } })
        const page = await context.newPage()
        const faults: string[] = []
        page.on('pageerror', (error) => faults.push(String(error)))
        await page.goto(`${site.wwwroot}/course/view.php?id=${site.course}`)
        await openBlocks(page)
        const text = await page.locator('.block_rocket').first().innerText()
        // Looking at the course is worth a point by the rules of this test: it may have come already.
        expect(text).to.match(/13[5-9] points/)
        expect(text).to.include('Bronze')
        expect(text).to.include('A coffee')
        expect(await page.locator('.block_rocket [role=progressbar]').getAttribute('aria-valuenow')).to.match(/^\d+$/)
        expect(faults).to.deep.equal([])
        await context.close()
      }
    })

    it('redeems without JavaScript, and the same form sent twice is one redemption', async () => {
      const context = await loggedIn(browser, site, 'ann', {
        javaScriptEnabled: false,
        viewport: { width: 360, height: 740 },
      })
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/local/rocket/view.php?tab=rewards`)
      await page.locator('[data-reward=coffee] a.btn-primary').click()
      const form = page.locator('form[data-region=confirm]')
      const sent = Object.fromEntries(
        await form
          .locator('input')
          .evaluateAll((inputs) => inputs.map((input) => [input.getAttribute('name'), input.getAttribute('value')])),
      ) as Record<string, string>
      await form.locator('button').click()
      await page.waitForURL(/redemption\.php/)
      token = await page.locator('[data-region=secret]').innerText()
      const send = () => page.request.post(`${site.wwwroot}/local/rocket/redeem.php`, { form: sent, maxRedirects: 0 })
      for (const again of await Promise.all([send(), send(), send()])) {
        expect(again.headers().location).to.equal(page.url())
      }
      expect((await ask(`/api/redemptions?user_id=${site.users.ann}`)).redemptions).to.have.length(1)
      expect(page.url()).not.to.include(token.replaceAll('-', ''))
      await context.close()
    })

    it('says at the counter what a token is worth, hands over once, and says the second time when and where', async () => {
      const context = await loggedIn(browser, site, 'till', {
        javaScriptEnabled: false,
        viewport: { width: 360, height: 740 },
      })
      const page = await context.newPage()
      const look = async () => {
        await page.goto(`${site.wwwroot}/local/rocket/counter.php`)
        await page.fill('[name=token]', token)
        await page.locator('form:has([name=token]) button[type=submit]').first().click()
        return page.locator('#region-main').innerText()
      }
      expect(await look()).to.include('A coffee')
      await page.locator('button', { hasText: 'Hand over' }).first().click()
      expect(await page.locator('#region-main').innerText()).to.include('Handed over')
      expect(await look()).to.match(/Used already, \d+ \w+, \d\d?:\d\d/)
      expect(await page.locator('button', { hasText: 'Hand over' }).count()).to.equal(0)
      const { redemptions } = await ask(`/api/redemptions?user_id=${site.users.ann}`)
      expect(redemptions[0].status).to.equal('consumed')
      await context.close()
    })

    it('redeems in a dialogue on the course page, once, though the button is pressed twice', async () => {
      const context = await loggedIn(browser, site, 'ann', { viewport: { width: 1280, height: 900 } })
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/course/view.php?id=${site.course}`)
      await openBlocks(page)
      await page.locator('.block_rocket [data-reward=coffee] a.btn-primary').click()
      const dialogue = page.locator('.modal.show')
      await dialogue.getByText('Redeem A coffee for 20 points?').waitFor()
      await dialogue.locator('form[data-region=confirm] button[type=submit]').dblclick()
      await page.waitForURL(/redemption\.php/)
      token = await page.locator('[data-region=secret]').innerText()
      expect((await ask(`/api/redemptions?user_id=${site.users.ann}`)).redemptions).to.have.length(2)
      await page.locator('[data-action=copytoclipboard]').waitFor({ state: 'visible' })
      await context.close()
    })

    it('takes the token of a scanned QR code from the address, and out of it', async () => {
      const context = await loggedIn(browser, site, 'till', { viewport: { width: 360, height: 740 } })
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/local/rocket/counter.php#${token.replaceAll('-', '')}`)
      await page.waitForFunction("window.location.hash === ''")
      const typed = await page.inputValue('[name=token]')
      expect(typed.replaceAll('-', '')).to.equal(token.replaceAll('-', ''))
      await context.close()
    })
  })

  const drill = 5_000

  describe('an outage', () => {
    it('shows the last known balance and since when, and loses nothing', async () => {
      const known = await points('ann')
      const { port } = new URL(rocket.url)
      await rocket.stop('SIGKILL')
      const context = await loggedIn(browser, site, 'ann')
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/local/rocket/view.php`)
      const text = await page.locator('.local_rocket').innerText()
      expect(text).to.include('Rocket does not answer just now')
      expect(text).to.match(/\d+ points/)
      expect(text).not.to.match(/\b0 points/)
      await context.close()
      await serve(port)
      await world('leases')
      await sendTask()
      expect(await points('ann')).to.be.at.least(known)
    })

    it(`takes ${drill} events made meanwhile, all once, with two senders at once and both sides killed at random`, async () => {
      await sendTask()
      const before = await points('cara')
      const { port } = new URL(rocket.url)
      await rocket.stop('SIGKILL')
      await world('views', 'cara', String(drill))
      // Nobody is there: it is prepared, and nothing is lost.
      await world('send')
      let killed = 0
      let made = drill
      for (let round = 0; round < 6 || (killed === 0 && round < 20); round++) {
        // On a fast machine all may be sent before anybody is killed.
        if (round >= 6) {
          await world('views', 'cara', '1000')
          made += 1_000
        }
        await serve(port)
        await world('leases')
        const chance = () => String(300 + Math.floor(Math.random() * 900))
        const senders = [world('send', chance()), world('send', chance())]
        const server = new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 900)).then(() =>
          rocket.stop('SIGKILL'),
        )
        const ended = await Promise.allSettled([...senders, server])
        for (const one of ended)
          if (one.status === 'rejected' && /ended with (SIGKILL|137)/.test(String(one.reason))) killed++
      }
      await serve(port)
      await world('leases')
      await Promise.all([world('send'), world('send')])
      await world('leases')
      await world('send')
      const { 0: captured = 0, 1: ready = 0, 3: dead = 0 } = await world<Record<string, number>>('state')
      expect([captured, ready, dead]).to.deep.equal([0, 0, 0])
      expect(await points('cara')).to.equal(before + made)
      expect(killed, 'senders that were killed at work').to.be.greaterThan(0)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })
  })

  describe('the ledger', () => {
    const more = async () => {
      await world('views', 'cara', '1')
      await sendTask()
      return world<Held>('ledger')
    }
    const status = async (open: (page: Page) => Promise<void>) => {
      const context = await loggedIn(browser, site, 'till')
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/local/rocket/status.php`)
      await open(page)
      await context.close()
    }

    it('is kept in Moodle by its checkpoints, each proven to continue the one before it', async () => {
      const held = await more()
      expect(held.alarms).to.deep.equal([])
      expect(held.kept).to.be.greaterThan(3)
      expect(held.proven).to.equal(held.kept - 1)
      expect(held.size).to.be.greaterThan(drill)
      expect(held.receipts).to.equal(2)
    })

    it('is the one that was kept, by the checkpoint that is downloaded from the status page', async () => {
      await status(async (page) => {
        const link = page.locator('a[href*="download=newest"]')
        const file = await page.request.get((await link.getAttribute('href'))!)
        const kept = folder.write('kept.txt', await file.text())
        expect((await folder.rocket(`ledger verify --against ${kept}`)).code).to.equal(0)
      })
    })

    it('is said not to be the one that was kept, where one byte of that is another, until somebody answers for it', async () => {
      await world('forge')
      expect((await more()).alarms.map(({ kind }) => kind)).to.deep.equal(['unproven'])
      await status(async (page) => {
        const alarm = page.locator('[data-region=alarm]')
        expect(await alarm.innerText()).to.include('is not the one that it showed on')
        expect(await alarm.locator('pre').count()).to.equal(2)
        const shown = await alarm.locator('a[href*="download=kept"]').getAttribute('href')
        const kept = folder.write('forged.txt', await (await page.request.get(shown!)).text())
        expect((await folder.rocket(`ledger verify --against ${kept}`)).code).not.to.equal(0)
        await alarm.locator('input[name=reason]').fill('a drill')
        await alarm.locator('button').click()
        await page.locator('[data-region=closed]').getByText('a drill').waitFor()
        expect(await page.locator('[data-region=alarm]').count()).to.equal(0)
      })
      const held = await more()
      expect(held.alarms).to.deep.equal([])
    })

    it('gets back all that a backup lacks, and Moodle says what is proven of it', async () => {
      const backup = `${folder.path}/backup.db`
      expect((await folder.rocket(`backup ${backup}`)).code).to.equal(0)
      await world('views', 'cara', '20')
      await sendTask()
      const before = await points('cara')
      const { size } = await world<Held>('ledger')
      const { port } = new URL(rocket.url)
      await rocket.stop('SIGTERM')
      const restored = await folder.run(['restore', backup, '--reason', 'a drill'])
      expect(restored.code, restored.stderr).to.equal(0)
      await serve(port)
      await world('leases')
      expect(await points('cara')).to.be.lessThan(before)
      await more()
      await sendTask()
      const { alarms, resending } = await world<Held>('ledger')
      expect(alarms.map(({ kind }) => kind)).to.deep.equal(['restored'])
      expect(alarms[0]!.words).to.match(/first \d+ entries are proven/)
      expect(Number(/first (\d+) entries/.exec(alarms[0]!.words)![1])).to.be.within(1, size)
      expect([resending?.step, resending?.trouble]).to.deep.equal(['done', null])
      expect(await points('cara')).to.equal(before + 1)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
      await status(async (page) => {
        expect(await page.locator('[data-region=resending]').innerText()).to.include('All of it is sent')
      })
    })
  })

  describe('in the end', () => {
    it('rotates the secret without losing an event', async () => {
      const before = await points('cara')
      const kid = await world<string>('rotate')
      expect(await world<string>('rotate')).not.to.equal(kid)
      await world('views', 'cara', '1')
      await sendTask()
      expect(await points('cara')).to.equal(before + 1)
    })

    it('forgets a learner whom the data-protection tool deletes', async () => {
      await world('forget', 'ann')
      const users = new Set<string | null>()
      for (let after: string | null = ''; after !== null; ) {
        const { entries, next_cursor } = await ask(`/api/rewards/ledger?limit=1000${after && `&cursor=${after}`}`)
        for (const { user_id } of entries) users.add(user_id)
        after = next_cursor
      }
      expect(users.has(String(site.users.ann))).to.equal(false)
      expect(users.has('erased')).to.equal(true)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })
  })
})
