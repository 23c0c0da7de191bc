function changePassword(email, newPassword, callback) {
  const bcrypt = require('bcrypt');
  const MongoClient = require('mongodb@3.1.4').MongoClient;
  const client = new MongoClient(configuration.DB_CONNECTION_URI);

  client.connect(function (failure) {
    if (failure) return callback(failure);
    bcrypt.hash(newPassword, 4, function (failure, hashed) {
      if (failure) return callback(failure);
      const people = client.db('legacy').collection('people');
      people.update({ email: email }, { $set: { password: hashed } }, function (failure, count) {
        client.close();
        if (failure) return callback(failure);
        callback(null, count > 0);
      });
    });
  });
}
