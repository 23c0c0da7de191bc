// Inserts a user. The unique constraints of the table decide who is already there.
async function createUser(userinfo, context) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  const columns = {
    email: 'email', phone: 'phone', username: 'username', name: 'name', nickname: 'nickname',
    photo: 'photo', company: 'company', gender: 'gender', emailVerified: 'email_verified',
    phoneVerified: 'phone_verified', blocked: 'blocked', loginsCount: 'logins_count',
  };
  const given = Object.keys(columns).filter((key) => userinfo[key] !== undefined && userinfo[key] !== null);
  const names = given.map((key) => columns[key]);
  const values = given.map((key) => userinfo[key]);
  if (userinfo.password) {
    names.push('password');
    values.push(await bcrypt.hash(userinfo.password, 10));
  }
  const places = values.map((_, index) => '$' + (index + 1));

  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const { rows } = await client.query(
      `INSERT INTO users (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING *`,
      values,
    );
    return profile(rows[0]);
  } catch (error) {
    if (error.code === '23505') {
      throw new Error('User already exists!');
    }
    throw error;
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
