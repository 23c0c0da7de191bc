// Finds users whose fields hold the keyword. % and _ are plain characters.
async function searchUser(keyword, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const pattern = '%' + keyword.replace(/[\\%_]/g, '\\$&') + '%';
    const { rows } = await client.query(
      `SELECT * FROM users
        WHERE username ILIKE $1 OR email ILIKE $1 OR phone ILIKE $1
           OR name ILIKE $1 OR nickname ILIKE $1 OR company ILIKE $1
        ORDER BY created_at DESC, id LIMIT 1000`,
      [pattern],
    );
    return { totalCount: rows.length, list: rows.map(profile) };
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
