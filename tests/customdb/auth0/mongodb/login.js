function login(email, password, callback) {
  const bcrypt = require('bcrypt');
  const MongoClient = require('mongodb@3.1.4').MongoClient;
  const client = new MongoClient(configuration.DB_CONNECTION_URI);

  client.connect(function (failure) {
    if (failure) return callback(failure);
    const people = client.db('legacy').collection('people');
    people.findOne({ email: email }, function (failure, found) {
      if (failure || !found) {
        client.close();
        return callback(failure || new WrongUsernameOrPasswordError(email));
      }
      bcrypt.compare(password, found.password, function (failure, fits) {
        client.close();
        if (failure || !fits) return callback(failure || new WrongUsernameOrPasswordError(email));
        return callback(null, { user_id: found._id.toString(), nickname: found.nickname, email: found.email });
      });
    });
  });
}
