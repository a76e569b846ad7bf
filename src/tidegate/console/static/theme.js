// Before anything is painted: the theme that this browser chose last; without one the system's own.
(function () {
  "use strict";
  try {
    var chosen = localStorage.getItem("tidegate-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (refused) { /* a browser that keeps nothing */ }
})();
