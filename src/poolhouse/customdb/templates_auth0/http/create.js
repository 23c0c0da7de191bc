// Inserts a user; `getUser` reads it again. The service decides who is already there.
async function create(user, callback) {
  try {
    await ask('POST', '/users', {
      email: user.email,
      emailVerified: user.email_verified || false,
      username: user.username,
      phone: user.phone_number,
      name: user.name,
      nickname: user.nickname,
      photo: user.picture,
      password: user.password,
    });
  } catch (failure) {
    if (failure.status === 409) {
      failure = new ValidationError('user_exists', 'There is such a user already');
    }
    return callback(failure);
  }
  return callback(null);
}

// Asks your service, which answers JSON: null for 404, and an error with its `status` for what it refuses.
async function ask(method, path, body) {
  const axios = require('axios');
  const answer = await axios.request({
    method,
    url: configuration.DB_CONNECTION_URI.replace(/\/$/, '') + path,
    data: body,
    headers: configuration.API_TOKEN ? { authorization: 'Bearer ' + configuration.API_TOKEN } : {},
    timeout: 5000,
    maxRedirects: 0,
    validateStatus: () => true,
  });
  if (answer.status === 404) {
    return null;
  }
  if (answer.status >= 400) {
    const failure = new Error('The user service answered ' + answer.status);
    failure.status = answer.status;
    throw failure;
  }
  return answer.data;
}
