// Changes the columns it knows. Keys your table has no column for are left out.
async function updateUser(id, updates, context) {
  const { Client } = require('pg');
  const bcrypt = require('bcrypt');
  const columns = {
    email: 'email', phone: 'phone', username: 'username', name: 'name', nickname: 'nickname',
    photo: 'photo', company: 'company', gender: 'gender', emailVerified: 'email_verified',
    phoneVerified: 'phone_verified', blocked: 'blocked', loginsCount: 'logins_count',
  };
  const given = Object.keys(columns).filter((key) => updates[key] !== undefined);
  const sets = given.map((key, index) => `${columns[key]} = $${index + 2}`);
  const values = given.map((key) => updates[key]);
  if (updates.password) {
    values.push(await bcrypt.hash(updates.password, 10));
    sets.push(`password = $${values.length + 1}`);
  }
  if (sets.length === 0) {
    return null;
  }

  const client = new Client({ connectionString: env.DB_CONNECTION_URI });
  await client.connect();
  try {
    const { rows } = await client.query(
      `UPDATE users SET ${sets.join(', ')} WHERE id::text = $1 RETURNING *`,
      [String(id), ...values],
    );
    if (rows.length === 0) {
      throw new Error('User not exists!');
    }
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
