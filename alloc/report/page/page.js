document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
  var sort = function (th) {
    var column = th.cellIndex, up = th.getAttribute("aria-sort") !== "ascending", numeric = th.className === "n";
    var value = function (row) {
      var text = row.cells[column].textContent.trim();
      return numeric ? (text === "" ? null : Number(text.replace(/,/g, "").replace("\u2212", "-"))) : text;
    };
    var rows = Array.from(body.rows).map(function (row) { return [value(row), row]; });
    rows.sort(function (a, b) {
      if (a[0] === null || b[0] === null) { return (a[0] === null) - (b[0] === null); }
      var order = numeric ? a[0] - b[0] : a[0].localeCompare(b[0], document.documentElement.lang);
      return up ? order : -order;
    });
    heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.forEach(function (pair) { body.appendChild(pair[1]); });
  };
  heads.forEach(function (th) {
    th.tabIndex = 0;
    th.setAttribute("aria-sort", "none");
    th.addEventListener("click", function () { sort(th); });
    th.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(th); }
    });
  });
});
