// Finds one user without checking a password. Return null for nobody; do not throw.
async function getUser(query, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT * FROM users
        WHERE ($1::text IS NOT NULL AND id::text = $1)
           OR ($2::text IS NOT NULL AND lower(email) = lower($2))
           OR ($3::text IS NOT NULL AND phone = $3)
           OR ($4::text IS NOT NULL AND username = $4)
        LIMIT 1`,
      [
        query.id ? String(query.id) : null,
        query.email || null,
        query.phone || null,
        query.username || null,
      ],
    );
    return rows[0] ? profile(rows[0]) : null;
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
