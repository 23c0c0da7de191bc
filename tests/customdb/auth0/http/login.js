function login(email, password, callback) {
  const request = require('request');

  request.get({
    url: configuration.PROFILE_URL,
    auth: { username: email, password: password }
  }, function (failure, response, body) {
    if (failure) return callback(failure);
    if (response.statusCode === 401) return callback();
    const found = JSON.parse(body);
    callback(null, { user_id: found.id.toString(), nickname: found.nickname, email: found.email });
  });
}
