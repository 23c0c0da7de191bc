(function () {
  var gone = false;
  function goOn() {
    if (!gone) {
      gone = true;
      location.replace(document.getElementById("onward").href);
    }
  }
  addEventListener("load", goOn);
  setTimeout(goOn, 3000);
})();
