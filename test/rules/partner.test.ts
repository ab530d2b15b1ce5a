import { expect } from 'chai'
import { catalogueOf, refusesRewards } from './reading.js'

const partner = (written: string) => `partners: [{ id: shop, ${written} }]`
const SECRET = 'secret_env: SHOP_SECRET'
/** Where the value of `url` stands. */
const URL_AT = '1:29'

describe('a partner', () => {
  const only = (written: string) => catalogueOf(partner(written)).partners[0]

  it('may only ask, or be sent what is redeemed', () => {
    const asks = { id: 'shop', url: null, secretEnv: null, allowPrivate: false, personal: [] }
    expect(catalogueOf('partners: [{ id: shop }]').partners).to.deep.equal([asks])
    expect(only(`url: "https://shop.example/in?a=1", ${SECRET}, personal: [user_id]`)).to.deep.equal({
      ...asks,
      url: 'https://shop.example/in?a=1',
      secretEnv: 'SHOP_SECRET',
      personal: ['user_id'],
    })
  })

  it('may stand on this machine, over plain http, where that is allowed', () => {
    for (const host of ['127.0.0.1:4400', '127.8.8.8', '[::1]:4400', 'localhost:4400']) {
      const url = `http://${host}/rocket`
      expect(only(`url: "${url}", ${SECRET}, allow_private: true`)?.url).to.equal(url)
    }
  })

  const wrong = (url: string, ...words: string[]) => [partner(`url: "${url}", ${SECRET}`), URL_AT, ...words] as const

  refusesRewards([
    ['partners: [shop]', '1:12', 'a partner must be a map'],
    ['partners: [{ id: in_app }]', '1:14', 'a partner cannot be called `in_app`'],
    ['partners: [{ id: counter }]', '1:14', 'a partner cannot be called `counter`'],
    ['partners: [{ id: a }, { id: a }]', '1:25', 'a partner `a` already'],
    [partner('url: "https://shop.example"'), '1:24', '`url` needs `secret_env`'],
    [partner(SECRET), '1:24', 'this partner has no `url`'],
    [partner('url: "https://shop.example", secret_env: whsec_abc'), '1:65', 'such as SHOP_SECRET', 'never stands'],
    [partner('personal: [email]'), '1:35', 'Allowed: user_id'],
    [partner('allow_private: 1'), '1:39', 'true or false'],
    wrong('shop.example', 'such as https://shop.example/rocket'),
    wrong('ftp://shop.example', 'such as https://'),
    wrong('https://', 'such as https://'),
    wrong('https://me:secret@shop.example', 'a name or a password'),
    wrong('https://shop.example/#top', 'fragment'),
    wrong('https://shop.example/#', 'fragment'),
    wrong('http://shop.example', 'must begin with https://', '`allow_private: true`'),
    wrong('http://127.0.0.1:4400', 'must begin with https://'),
    [partner(`url: "http://10.0.0.5", ${SECRET}, allow_private: true`), URL_AT, 'must begin with https://'],
    [partner(`url: "http://127.0.0.1.shop.example", ${SECRET}, allow_private: true`), URL_AT, 'must begin with https'],
  ])

  refusesRewards([
    [
      [partner(`url: nowhere, ${SECRET}`), 'rewards: [{ id: a, title: A, cost: 1, delivery: shop, active: false }]'],
      URL_AT,
      'such as https://shop.example/rocket',
    ],
  ])
})
