// Whichever identifiers were typed, joined by OR; a slow hash; every error wrapped; the client closed, not awaited.
async function login(query, password, context) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const asked = ['email', 'phone', 'username'].filter((key) => query[key]);
    const where = asked.map((key, place) => `${key} = $${place + 1}`).join(' OR ');
    const found = await client.query(`SELECT * FROM users WHERE ${where}`, asked.map((key) => query[key]));
    if (!found.rows.length) {
      throw new Error('User not exists!');
    }
    const [row] = found.rows;
    if (!(await bcrypt.compare(password, row.password))) {
      throw new Error('Password is not valid!');
    }
    return { id: row.id, username: row.username, email: row.email, token: row.token, lastIp: row.last_ip };
  } catch (error) {
    throw new Error(`Execute query failed: ${error.message}`);
  } finally {
    client.end();
  }
}
