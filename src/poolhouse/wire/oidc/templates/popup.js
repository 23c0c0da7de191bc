(function () {
  var told = document.getElementById("told").dataset;
  var opener = window.opener;
  if (!opener) {
    if (told.target) {
      location.replace(told.target);
    }
    return;
  }
  var message = JSON.parse(told.message);
  JSON.parse(told.origins).forEach(function (origin) {
    opener.postMessage(message, origin);
  });
  window.close();
})();
