function create(user, callback) {
  const bcrypt = require('bcrypt');
  const postgres = require('pg');

  postgres.connect(configuration.DB_CONNECTION_URI, function (failure, client, done) {
    if (failure) return callback(failure);

    bcrypt.hash(user.password, 4, function (failure, hashed) {
      if (failure) {
        done();
        return callback(failure);
      }
      const sql = 'insert into users (username, email, nickname, password) values ($1, $2, $3, $4)';
      client.query(sql, [user.username || null, user.email, user.nickname, hashed], function (failure) {
        done();
        if (failure && failure.code === '23505') return callback(new ValidationError('user_exists', 'taken'));
        return callback(failure);
      });
    });
  });
}
