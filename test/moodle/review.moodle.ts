/** Points that are set aside, in a real Moodle with a real browser: what learners see, how they appeal, and who decides. */
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { Folder, type RunningRocket } from '../cli/program.js'
import { install, launch, loggedIn, MOODLE_DIR, php, type World, world } from './moodle.js'

const SETTINGS = `
source: moodle
checks: { same_text: on }
`
const RULES = `
- { id: post, event: forum.post, points: 5, title: A forum post }
- { id: badge, event: badge.awarded, points: 25, review: flag, title: A badge }
`
const TEXT = 'The second law settles this nicely, as the book says.'

;(MOODLE_DIR ? describe : describe.skip)('points that are set aside, in a real Moodle', function () {
  this.timeout(10 * 60_000)
  const folder = new Folder({ 'rocket.yaml': SETTINGS, 'rules/test.yaml': RULES })
  let rocket: RunningRocket
  let site: World
  let browser: Browser
  let pairing: unknown
  const sessions = new Map<string, BrowserContext>()

  /** A page as somebody sees it on a small screen without JavaScript. */
  const as = async (name: string, path: string): Promise<Page> => {
    const options = { javaScriptEnabled: false, viewport: { width: 360, height: 740 } }
    const session = sessions.get(name) ?? (await loggedIn(browser, site, name, options))
    sessions.set(name, session)
    const page = await session.newPage()
    await page.goto(`${site.wwwroot}/local/rocket/${path}`)
    return page
  }
  const send = () => php(['admin/cli/scheduled_task.php', '--execute=\\local_rocket\\task\\send'])
  const item = (page: Page, name: string) =>
    page.locator('[data-review]', { has: page.locator('strong', { hasText: name }) })

  before('installs the plugins, pairs, and has two learners post the same text', async () => {
    await install()
    pairing = await world('pairing')
    rocket = await folder.serve({ ROCKET_PORT: '0' })
    const { code } = await folder.json<{ code: string }>('pair')
    await php(['local/rocket/cli/pair.php', `--url=${rocket.url}`, `--code=${code}`])
    site = await world<World>('setup')
    await world('say', 'ben', TEXT)
    await world('say', 'cara', TEXT)
    await world('say', 'ann', TEXT)
    await send()
    browser = await launch()
  })

  after(async () => {
    await browser?.close()
    if (site) await world('teardown')
    if (pairing) await world('pairing', JSON.stringify(pairing))
    await folder.remove()
  })

  it('are shown to their learner with the reason and the date, and nobody else is in it', async () => {
    const page = await as('ann', 'view.php')
    const text = await page.locator('#holds').innerText()
    expect(text).to.include('5 points were set aside until a person has looked: the same text was handed in before.')
    expect(text).to.include('This is not a finding of misconduct.')
    expect(text).to.match(/If nobody decides by \d+ \w+ 20\d\d, .*, they are yours\./)
    expect(text).to.include('Talk')
    expect(await page.content()).not.to.match(/Ben|Cara/)
  })

  it('have an appeal in one click, which says that it came in', async () => {
    const page = await as('ann', 'view.php')
    await page.locator('#holds button').click()
    expect(await page.locator('#user-notifications').innerText()).to.include('It has come in')
    expect(await page.locator('#holds').innerText()).to.include('for a person to look. They look at this first.')
    expect(await page.locator('#holds button').count()).to.equal(0)
  })

  it('are in no queue that a learner or a teacher could open', async () => {
    for (const name of ['ann', 'tess']) {
      const page = await as(name, 'review.php')
      expect(await page.locator('[data-review]').count()).to.equal(0)
      expect(await page.content()).not.to.include('as the book says')
    }
  })

  it('wait for who may decide: the appeal first, with who else has to do with it', async () => {
    const page = await as('till', 'review.php')
    const first = page.locator('[data-review]').first()
    const text = await first.innerText()
    expect(text).to.include('Ann Rocket')
    expect(text).to.include('The learner asked on')
    expect(text).to.include('The same text was handed in before')
    await first.locator('details').evaluate((one) => one.setAttribute('open', ''))
    expect(await first.locator('details').innerText()).to.match(/Others who have to do with it: .*Ben Rocket/)
    expect(await page.locator('[data-check=same_text]').innerText()).to.match(
      /On\s.*Times: 2, learners: 2, points: 10/s,
    )
  })

  it('are released or confirmed, with a reason and a name', async () => {
    const page = await as('till', 'review.php')
    await item(page, 'Ann Rocket').locator('input[type=checkbox]').check()
    await page.locator('button[value=release]').click()
    // A reason is missing: the browser does not even send it.
    expect(page.url()).not.to.include('state')
    await page.fill('[name=reason]', 'It is a quotation')
    await page.locator('button[value=release]').click()
    expect(await page.locator('#user-notifications').innerText()).to.include('Released: 1.')
    await item(page, 'Cara Rocket').locator('input[type=checkbox]').check()
    await page.fill('[name=reason]', 'copied from Ben')
    await page.locator('button[value=confirm]').click()
    expect(await page.locator('#user-notifications').innerText()).to.include('Confirmed: 1.')
    await page.goto(`${site.wwwroot}/local/rocket/review.php?state=decided`)
    expect(await item(page, 'Ann Rocket').innerText()).to.match(/Released on .* by Till Rocket: It is a quotation/)
    expect(await item(page, 'Cara Rocket').innerText()).to.match(/Confirmed on .* by Till Rocket: copied from Ben/)
    const theirs = await as('ann', 'view.php')
    expect(await theirs.locator('[data-region=balance]').innerText()).to.equal('5 points')
    expect(await theirs.locator('#holds').count()).to.equal(0)
    expect((await folder.rocket('ledger verify')).code).to.equal(0)
  })

  it('are told of by messages', async () => {
    await php(['admin/cli/scheduled_task.php', '--execute=\\local_rocket\\task\\notices'])
    const isTold = async (name: string, text: string) => {
      const context = await loggedIn(browser, site, name)
      const page = await context.newPage()
      await page.goto(`${site.wwwroot}/message/output/popup/notifications.php`)
      await page.locator('body', { hasText: text }).waitFor()
      await context.close()
    }
    await isTold('ann', 'a person has looked, and they are yours')
    await isTold('cara', 'are not granted: copied from Ben')
    await isTold('till', 'A learner has appealed against 5 points')
  })

  it('are not set aside by the clock for who is exempt from that', async () => {
    const page = await as('till', `review.php?userid=${site.users.ann}`)
    await page.locator('[data-region=learner] button[value=exempt]').click()
    expect(await page.locator('#user-notifications').innerText()).to.include('Ann Rocket is exempt')
    expect(await page.locator('[data-region=learner] button').innerText()).to.equal('End the exemption')
  })
})
