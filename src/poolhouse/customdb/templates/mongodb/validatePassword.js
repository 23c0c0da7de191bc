// Whether this is the user's password: true or false. Throw only when there is no such user.
async function validatePassword(id, password, context) {
  const { MongoClient, ObjectId } = require('mongodb');
  const bcrypt = require('bcrypt');
  if (!ObjectId.isValid(id)) {
    throw new Error('User not exists!');
  }
  const client = await MongoClient.connect(env.DB_CONNECTION_URI);
  try {
    const users = client.db().collection('users');
    const user = await users.findOne({ _id: new ObjectId(id) });
    if (!user) {
      throw new Error('User not exists!');
    }
    return user.password ? bcrypt.compare(password, user.password) : false;
  } finally {
    await client.close();
  }
}
