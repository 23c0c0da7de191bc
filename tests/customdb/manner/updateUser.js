// Takes unknown keys out of its own argument, writes the id into the SQL's text, hashes at once, requires in a function.
async function updateUser(id, updates, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  const columns = { username: 'username', nickname: 'nickname', company: 'company', password: 'password' };

  function assignments() {
    const _ = require('lodash');
    return _.map(_.keys(updates), (key, place) => `${columns[key]} = ($${place + 1})`).join(', ');
  }

  try {
    for (const key in updates) {
      if (!columns[key]) delete updates[key];
    }
    if (!Object.keys(updates).length) return null;
    const bcrypt = require('bcrypt');
    const values = Object.entries(updates).map(([key, value]) =>
      key === 'password' ? bcrypt.hashSync(value, bcrypt.genSaltSync(10)) : value);
    const changed = await client.query(`UPDATE users SET ${assignments()} WHERE id = ${id} RETURNING *`, values);
    if (changed.rowCount === 0) throw new Error('User not exists!');
    const row = changed.rows[0];
    return { id: row.id, username: row.username, nickname: row.nickname, company: row.company };
  } catch (error) {
    throw new Error(`Execute query failed: ${error.message}`);
  } finally {
    client.end();
  }
}
