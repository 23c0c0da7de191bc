// Inserts a user. The unique indexes decide who is already there.
async function createUser(userinfo, context) {
  const { MongoClient } = require('mongodb');
  const bcrypt = require('bcrypt');
  const fields = [
    'email', 'phone', 'username', 'name', 'nickname', 'photo', 'company', 'gender',
    'emailVerified', 'phoneVerified', 'blocked', 'loginsCount',
  ];
  const user = {};
  for (const field of fields) {
    if (userinfo[field] !== undefined && userinfo[field] !== null) user[field] = userinfo[field];
  }
  if (user.email) user.email = user.email.toLowerCase();
  if (userinfo.password) user.password = await bcrypt.hash(userinfo.password, 10);

  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const { insertedId } = await users.insertOne(user);
    return profile({ ...user, _id: insertedId });
  } catch (error) {
    if (error.code === 11000) {
      throw new Error('User already exists!');
    }
    throw error;
  } finally {
    await client.close();
  }
}

function profile(user) {
  return {
    id: user._id.toString(),
    email: user.email,
    phone: user.phone,
    username: user.username,
    name: user.name,
    nickname: user.nickname,
    photo: user.photo,
    company: user.company,
    gender: user.gender,
    emailVerified: user.emailVerified,
    phoneVerified: user.phoneVerified,
    blocked: user.blocked,
    loginsCount: user.loginsCount,
  };
}
