// Finds a user without a password. Call back with null for nobody.
async function getByEmail(email, callback) {
  let user;
  try {
    user = await find(email);
  } catch (failure) {
    return callback(failure);
  }
  return callback(null, user ? profile(user) : null);
}

// Who has this e-mail address, or else this username, or else this phone number.
async function find(text) {
  const by = (name) => ask('GET', '/users?' + name + '=' + encodeURIComponent(text));
  if (text.includes('@')) {
    return by('email');
  }
  return (await by('username')) || by('phone');
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

function profile(user) {
  return {
    user_id: user.id,
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
