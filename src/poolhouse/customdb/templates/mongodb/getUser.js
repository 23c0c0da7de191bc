// Finds one user without checking a password. Return null for nobody; do not throw.
async function getUser(query, context) {
  const { MongoClient, ObjectId } = require('mongodb');
  const either = [];
  if (query.id && ObjectId.isValid(query.id)) either.push({ _id: new ObjectId(query.id) });
  if (query.email) either.push({ email: query.email.toLowerCase() });
  if (query.phone) either.push({ phone: query.phone });
  if (query.username) either.push({ username: query.username });
  if (either.length === 0) {
    return null;
  }

  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const user = await users.findOne({ $or: either });
    return user ? profile(user) : null;
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
