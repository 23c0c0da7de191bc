// Changes the fields it knows.
async function updateUser(id, updates, context) {
  const { MongoClient, ObjectId } = require('mongodb');
  const bcrypt = require('bcrypt');
  const fields = [
    'email', 'phone', 'username', 'name', 'nickname', 'photo', 'company', 'gender',
    'emailVerified', 'phoneVerified', 'blocked', 'loginsCount',
  ];
  const given = fields.filter((field) => updates[field] !== undefined);
  const set = {};
  const unset = {};
  for (const field of given) {
    if (updates[field] === null) unset[field] = '';
    else set[field] = updates[field];
  }
  if (set.email) set.email = set.email.toLowerCase();
  if (updates.password) set.password = await bcrypt.hash(updates.password, 10);
  const change = {};
  if (Object.keys(set).length > 0) change.$set = set;
  if (Object.keys(unset).length > 0) change.$unset = unset;
  if (Object.keys(change).length === 0) {
    return null;
  }
  if (!ObjectId.isValid(id)) {
    throw new Error('User not exists!');
  }

  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const found = { _id: new ObjectId(id) };
    const { matchedCount } = await users.updateOne(found, change);
    if (matchedCount === 0) {
      throw new Error('User not exists!');
    }
    return profile(await users.findOne(found));
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
