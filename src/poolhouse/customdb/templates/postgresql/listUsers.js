// One page, newest first. The order is total, so pages neither repeat nor lose anybody.
async function listUsers(page, limit, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const counted = await client.query('SELECT count(*) AS total FROM users');
    const { rows } = await client.query(
      'SELECT * FROM users ORDER BY created_at DESC, id LIMIT $1 OFFSET $2',
      [limit, (page - 1) * limit],
    );
    return { totalCount: parseInt(counted.rows[0].total, 10), list: rows.map(profile) };
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
