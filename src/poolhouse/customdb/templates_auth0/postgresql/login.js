// Checks a password. `email` is what was entered: an e-mail address, a username or a phone number.
async function login(email, password, callback) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  let client, user;
  try {
    client = new Client({ connectionString: configuration.DB_CONNECTION_URI });
    await client.connect();
    user = await find(client, email);
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.end();
  }
  if (!user || !user.password || !(await bcrypt.compare(password, user.password))) {
    return callback(new WrongUsernameOrPasswordError(email));
  }
  return callback(null, profile(user));
}

// Who has this e-mail address, or else this username, or else this phone number.
async function find(client, text) {
  const sql = text.includes('@')
    ? 'SELECT * FROM users WHERE lower(email) = lower($1)'
    : 'SELECT * FROM users WHERE username = $1 OR phone = $1 ORDER BY username = $1 DESC NULLS LAST LIMIT 1';
  const { rows } = await client.query(sql, [text]);
  return rows[0];
}

function profile(user) {
  return {
    user_id: user.id,
    email: user.email,
    email_verified: user.email_verified,
    username: user.username,
    phone_number: user.phone,
    phone_verified: user.phone_verified,
    name: user.name,
    nickname: user.nickname,
    picture: user.photo,
    blocked: user.blocked,
  };
}
