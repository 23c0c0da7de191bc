// Finds a user without a password. Call back with null for nobody.
async function getByEmail(email, callback) {
  const { MongoClient } = require('mongodb');
  let client, user;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    user = await find(users, email);
  } catch (failure) {
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null, user ? profile(user) : null);
}

// Who has this e-mail address, or else this username, or else this phone number.
async function find(users, text) {
  if (text.includes('@')) {
    return users.findOne({ email: text.toLowerCase() });
  }
  return (await users.findOne({ username: text })) || users.findOne({ phone: text });
}

function profile(user) {
  return {
    user_id: user._id.toString(),
    email: user.email,
    email_verified: Boolean(user.emailVerified),
    username: user.username,
    phone_number: user.phone,
    phone_verified: Boolean(user.phoneVerified),
    name: user.name,
    nickname: user.nickname,
    picture: user.photo,
    blocked: Boolean(user.blocked),
  };
}
