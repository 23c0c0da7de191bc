async function changeEmail(email, newEmail, verified, callback) {
  const { MongoClient } = require('mongodb');
  let client, changed;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    const change = { email: newEmail.toLowerCase(), emailVerified: verified };
    changed = (await users.updateOne({ email: email.toLowerCase() }, { $set: change })).matchedCount > 0;
  } catch (failure) {
    if (failure.code === 11000) {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  } finally {
    await client?.close();
  }
  return callback(null, changed);
}
