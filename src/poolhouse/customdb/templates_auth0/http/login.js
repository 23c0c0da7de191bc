// Checks a password. `email` is what was entered: an e-mail address, a username or a phone number.
async function login(email, password, callback) {
  let user;
  try {
    const given = email.includes('@') ? { email } : { username: email, phone: email };
    user = await ask('POST', '/login', { ...given, password });
  } catch (failure) {
    if (failure.status === 401) {
      failure = new WrongUsernameOrPasswordError(email);
    }
    return callback(failure);
  }
  if (!user) {
    return callback(new WrongUsernameOrPasswordError(email));
  }
  return callback(null, profile(user));
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
