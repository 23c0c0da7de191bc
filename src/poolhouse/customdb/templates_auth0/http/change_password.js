// Called back with true where there is such a user.
async function changePassword(email, newPassword, callback) {
  let changed = false;
  try {
    const user = await find(email);
    if (user) {
      changed = Boolean(await ask('PATCH', '/users/' + encodeURIComponent(user.id), { password: newPassword }));
    }
  } catch (failure) {
    return callback(failure);
  }
  return callback(null, changed);
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
