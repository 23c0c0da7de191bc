// A count that arrives as text, before the try; limit and offset inside the SQL's text; no order.
async function listUsers(page, limit, context) {
  const { Client } = require('pg');
  const client = new Client({
    host: env.DB_HOST, port: env.DB_PORT, user: env.DB_USERNAME, password: env.DB_PASSWORD, database: env.DB_DATABASE,
  });
  await client.connect();
  const counted = await client.query('SELECT COUNT(*) FROM users');
  const totalCount = parseInt(counted.rows[0].count);
  try {
    const { rows } = await client.query(`SELECT * FROM users LIMIT ${limit} OFFSET ${(page - 1) * limit}`);
    const list = rows.map(({ id, username, nickname, website }) => ({ id, username, nickname, website }));
    return { totalCount, list };
  } finally {
    client.end();
  }
}
