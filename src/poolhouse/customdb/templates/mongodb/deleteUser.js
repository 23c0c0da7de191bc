async function deleteUser(id, context) {
  const { MongoClient, ObjectId } = require('mongodb');
  if (!ObjectId.isValid(id)) {
    throw new Error('User not exists!');
  }
  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const { deletedCount } = await users.deleteOne({ _id: new ObjectId(id) });
    if (deletedCount === 0) {
      throw new Error('User not exists!');
    }
    return true;
  } finally {
    await client.close();
  }
}
