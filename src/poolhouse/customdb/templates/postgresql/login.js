// Checks a password against your users table. Throw to refuse; the message reaches the person logging in.
async function login(query, password, context) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT * FROM users
        WHERE ($1::text IS NOT NULL AND lower(email) = lower($1))
           OR ($2::text IS NOT NULL AND phone = $2)
           OR ($3::text IS NOT NULL AND username = $3)
        LIMIT 1`,
      [query.email || null, query.phone || null, query.username || null],
    );
    const user = rows[0];
    if (!user) {
      throw new Error('User not exists!');
    }
    if (!user.password || !(await bcrypt.compare(password, user.password))) {
      throw new Error('Password is not valid!');
    }
    return profile(user);
  } finally {
    await client.end();
  }
}

function profile(user) {
  return {
    id: user.id,
    email: user.email,
    phone: user.phone,
    username: user.username,
    name: user.name,
    nickname: user.nickname,
    photo: user.photo,
    company: user.company,
    gender: user.gender,
    emailVerified: user.email_verified,
    phoneVerified: user.phone_verified,
    blocked: user.blocked,
    loginsCount: user.logins_count,
  };
}
