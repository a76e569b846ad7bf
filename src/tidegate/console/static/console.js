// Times in the viewer's zone, keys, refreshing. Every page works without this file; nothing here decides anything.
(function () {
  "use strict";
  var shortTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  var longTime = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

  function local(root) {
    root.querySelectorAll("time[datetime]:not([data-local])").forEach(function (each) {
      var at = new Date(each.dateTime);
      if (isNaN(at)) return;
      each.title = longTime.format(at) + " (" + each.textContent.trim() + ")";
      each.textContent = shortTime.format(at);
      each.dataset.local = "1";
    });
  }

  // A table that is stacked on a phone has no headings there: figures carry theirs.
  function labelled(root) {
    root.querySelectorAll("table.stack").forEach(function (table) {
      var heads = table.querySelectorAll("thead th");
      table.querySelectorAll("tbody tr").forEach(function (row) {
        Array.prototype.forEach.call(row.cells, function (cell, place) {
          if (heads[place] && heads[place].matches(".num, .named")) cell.dataset.label = heads[place].textContent;
        });
      });
    });
  }

  function busy() {
    var active = document.activeElement;
    var typing = active && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
    return document.hidden || typing || document.querySelector("dialog[open]") || document.querySelector("[data-refresh] input:checked");
  }

  function refresh() {
    document.querySelectorAll("[data-refresh]").forEach(function (each) { htmx.trigger(each, "refresh"); });
  }

  function turn() {
    var root = document.documentElement;
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("tidegate-theme", root.dataset.theme); } catch (refused) { /* kept for this page */ }
  }

  function help() {
    var dialog = document.getElementById("help");
    if (dialog && !dialog.open) dialog.showModal();
  }

  document.addEventListener("DOMContentLoaded", function () {
    local(document);
    labelled(document);
    var here = document.querySelector("nav.places [aria-current]");
    if (here) here.closest("nav").scrollLeft = here.offsetLeft - (here.closest("nav").clientWidth - here.offsetWidth) / 2;
    setInterval(function () { if (!busy()) refresh(); }, 20000);
  });
  var unfolded = [];
  document.addEventListener("htmx:beforeSwap", function (event) {
    unfolded = Array.from(event.detail.target.querySelectorAll("details"), function (each) { return each.open; });
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var target = event.detail.target;
    local(target); labelled(target);
    if (target.matches("[data-refresh]")) target.querySelectorAll("details").forEach(function (each, place) { each.open = each.open || unfolded[place] === true; });
  });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 401 || event.detail.xhr.status === 403) location.reload();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-switch]")) turn();
    if (event.target.closest("[data-help]")) help();
    var all = event.target.closest("[data-all]");
    if (all) document.querySelectorAll("input[name=" + all.dataset.all + "]").forEach(function (box) { box.checked = all.checked; });
  });

  var waits = 0;
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (document.querySelector("dialog[open]")) return;
    var after = Date.now() - waits < 1200;
    waits = 0;
    if (after && { h: 1, q: 1, r: 1, m: 1, c: 1 }[event.key]) {
      location.href = { h: "/", q: "/queue", r: "/reviews", m: "/mappings", c: "/connections" }[event.key];
    } else if (event.key === "/") {
      var box = document.getElementById("q");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "r") {
      if (document.querySelector("[data-refresh]")) refresh(); else location.reload();
    } else if (event.key === "t") turn();
    else if (event.key === "?") help();
    else if (event.key === "g") waits = Date.now();
  });
})();
