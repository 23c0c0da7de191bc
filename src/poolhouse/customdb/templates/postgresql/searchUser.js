// Finds users whose fields hold the keyword. % and _ are plain characters.
async function searchUser(keyword, context) {
  const { Client } = require('pg');
  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const pattern = '%' + keyword.replace(/[\\%_]/g, '\\$&') + '%';
    const where = ['username', 'email', 'phone', 'name', 'nickname', 'company']
      .map((field) => `${field} ILIKE $1`).join(' OR ');
    const { rows } = await client.query(
      `SELECT * FROM users WHERE ${where} ORDER BY created_at DESC, id LIMIT 1000`,
      [pattern],
    );
    let totalCount = rows.length;
    if (totalCount === 1000) {
      const counted = await client.query(`SELECT count(*) AS total FROM users WHERE ${where}`, [pattern]);
      totalCount = parseInt(counted.rows[0].total, 10);
    }
    return { totalCount, list: rows.map(profile) };
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
