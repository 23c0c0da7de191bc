// Whether this is the user's password: true or false. Throw only when there is no such user.
async function validatePassword(id, password, context) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT password FROM users WHERE id::text = $1', [String(id)]);
    if (rows.length === 0) {
      throw new Error('User not exists!');
    }
    return rows[0].password ? bcrypt.compare(password, rows[0].password) : false;
  } finally {
    await client.end();
  }
}
