document.querySelectorAll("table.sortable th button").forEach(function (button) {
  button.addEventListener("click", function () {
    var th = button.parentNode, table = th.closest("table"), body = table.tBodies[0];
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
    table.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.forEach(function (pair) { body.appendChild(pair[1]); });
  });
});
