// Reads {host, calls: [{key, secret, method, params}]} from standard input, makes each call with the official
// client, one after another, and writes the answers (or {thrown}) as one JSON array.
const { ManagementClient } = require(process.argv[2])

async function main() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const { host, calls } = JSON.parse(Buffer.concat(chunks).toString())
  const answers = []
  for (const { key, secret, method, params } of calls) {
    const client = new ManagementClient({ accessKeyId: key, accessKeySecret: secret, host, lang: 'zh-CN' })
    try {
      answers.push(await (params === null ? client[method]() : client[method](params)))
    } catch (error) {
      answers.push({ thrown: String(error), status: error.response && error.response.status })
    }
  }
  process.stdout.write(JSON.stringify(answers))
}

main()
