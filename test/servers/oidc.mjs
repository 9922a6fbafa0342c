// Started by oidc.sh: an OpenID Connect provider that keeps everything in memory. Whatever name is
// typed is let in, with any password. PUT /groups/NAME takes a list in JSON: the groups of NAME.
import Provider from 'oidc-provider'

const port = Number(process.env.PORT)
const groups = { alice: ['publisher'], bob: ['approver'] }
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'clarion',
    client_secret: 'clarion-secret',
    redirect_uris: [process.env.REDIRECT_URI],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  conformIdTokenClaims: process.env.CONFORM === 'yes', // yes: claims come by the userinfo endpoint alone
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['test-only'] },
  async findAccount(_ctx, sub) {
    return {
      accountId: sub,
      claims: async () => ({
        sub, name: sub, preferred_username: sub, email: `${sub}@example.test`, email_verified: true, groups: groups[sub] ?? [],
      }),
    }
  },
})
provider.use(async (ctx, next) => {
  const name = /^\/groups\/(\w+)$/.exec(ctx.path)?.[1]
  if (ctx.method !== 'PUT' || !name) return next()
  let body = ''
  for await (const chunk of ctx.req) body += chunk
  groups[name] = JSON.parse(body)
  ctx.status = 204
})
provider.listen(port, '127.0.0.1', () => console.log('up'))
