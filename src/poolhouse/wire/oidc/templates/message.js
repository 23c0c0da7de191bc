(function () {
  var told = document.getElementById("told").dataset;
  var asker = window.opener || (window.parent === window ? null : window.parent);
  if (asker) {
    asker.postMessage({ type: "authorization_response", response: JSON.parse(told.response) }, told.origin);
  }
  if (window.opener) {
    window.close();
  }
})();
