// Expressions, each under its name. `near` is the allowed host; `away`, `redirect` and `socket` are forbidden.

//# node-fetch
require('node-fetch')(away)

//# node-fetch redirected
require('node-fetch')(redirect)

//# request
new Promise((done, fail) => require('request')(away, (error, r) => error ? fail(error) : done(r)))

//# request redirected
new Promise((done, fail) => require('request')(redirect, (error, r) => error ? fail(error) : done(r)))

//# request over a socket
new Promise((done, fail) => require('request')('http://unix:' + socket + ':/', (error, r) => error ? fail(error) : done(r)))

//# request without checking
new Promise((done, fail) => require('request')({ url: near, strictSSL: false }, (error, r) => error ? fail(error) : done(r)))

//# http
new Promise((done, fail) => require('http').get(away, done).on('error', fail))

//# http over a socket
new Promise((done, fail) => require('http').get({ socketPath: socket }, done).on('error', fail))

//# http by a look-up of its own
new Promise((done, fail) => require('http').get({ host: 'x.invalid', port: world.otherPort, lookup: (h, o, next) => next(null, [{ address: '127.0.0.1', family: 4 }]) }, done).on('error', fail))

//# http by an agent
new Promise((done, fail) => require('http').get({ agent: new (require('http').Agent)({ host: '127.0.0.1', port: world.otherPort }), port: world.otherPort }, done).on('error', fail))

//# https
new Promise((done, fail) => require('https').get(away.replace('http', 'https'), done).on('error', fail))

//# axios
require('axios').get(away)

//# axios over a socket
require('axios').get('http://x/', { socketPath: socket })

//# axios by a proxy
require('axios').get(near, { proxy: { host: '127.0.0.1', port: world.otherPort } })

//# listening
new Promise((done, fail) => new (require('http').Server)().on('error', fail).listen(0, done))

//# listening by createServer
require('http').createServer().listen(0)

//# another module
require('module')._load('fs')

//# a cache of modules
Object.keys(require.cache).length || (() => { throw 0; })()

//# main
require.main.require('fs')

//# a binding
process.binding('fs')

//# a built-in by process
process.getBuiltinModule('fs')

//# a file by a source's name
(() => { try { new Function('require', "require('assert')(false)\n//# sourceURL=" + world.secretFile)(require); } catch (e) { if (/secret/.test(e.message)) return e.message; throw e; } })()

//# the process by an error
require('assert').AssertionError.constructor('return process')().getBuiltinModule('fs').readFileSync(world.secretFile)

//# the process by an emitter
require('events').constructor('return process')().getBuiltinModule('child_process').execSync('id')

//# the process by a stream
new (require('stream').PassThrough)().constructor.constructor('return process')().kill(world.serverPid)

//# the environment
(() => { const all = Object.keys(require('util').inspect.constructor('return process')().env); if (!all.length) throw 0; return all; })()

//# mysql elsewhere
require('mysql2/promise').createConnection({ host: '127.0.0.1', port: world.otherPort })

//# pg over a socket
new (require('pg').Client)({ host: '/tmp' }).connect()
