async function changeUsername(username, newUsername, callback) {
  const { MongoClient } = require('mongodb');
  let client, changed;
  try {
    client = await MongoClient.connect(configuration.DB_CONNECTION_URI);
    const users = client.db().collection('users');
    changed = (await users.updateOne({ username }, { $set: { username: newUsername } })).matchedCount > 0;
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
