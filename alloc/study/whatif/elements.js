// Elements: every word is put in as text, so no name becomes HTML.
function make(tag, attributes, ...children) {
  const made = document.createElement(tag), { style, ...others } = attributes;
  Object.assign(made.style, style);
  Object.entries(others).forEach(([key, text]) => { if (text !== null) { made.setAttribute(key, text); } });
  made.append(...children.flat().filter(child => child !== null && child !== ""));
  return made;
}
function fill(id, ...children) { at(id).replaceChildren(...children.filter(child => child !== null)); }
function note(text) { return make("p", { class: "note" }, text); }
function button(text, label, press) {
  const made = make("button", { type: "button", "aria-label": label, title: label }, text);
  made.addEventListener("click", press);
  return made;
}
function scroll(title, inside) {
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, inside);
}
function sheet(id, title, heads, lines) { // heads: words, with true where numbers stand below
  if (!lines.length) { return note(say("whatif_nothing")); }
  const head = heads.map(([text, numeric]) => make("th", { scope: "col", class: numeric ? "n" : null }, text));
  const cell = (text, j) => make("td", { class: heads[j][1] ? "n" : "word" }, text);
  const body = lines.map(line => {
    const cells = line.map((text, j) => (j ? cell(text, j) : make("th", { scope: "row" }, text)));
    return make("tr", {}, cells);
  });
  const parts = [make("thead", {}, make("tr", {}, head)), make("tbody", {}, body)];
  const inside = scroll(title, make("table", { id: "table-" + id }, parts));
  return make("div", { class: "table" }, make("h3", {}, title), inside);
}
function largest(items, most, weigh) { // in their order; of many, those that weigh most
  if (items.length <= most) { return items; }
  return items.slice().sort((a, b) => weigh(b) - weigh(a)).slice(0, most);
}
function capped(shown, all) { return shown < all ? note(say("whatif_largest", { shown, all })) : null; }

// Charts of bars: each line has a name, its bar, its number and how that looks.
function chart(id, title, lines, legend) {
  const shown = largest(lines, MOST_LINES, line => line.weight);
  const body = shown.map(line => make("div", { class: "line" },
    make("span", {}, line.name), line.bar, make("b", { class: line.look || null }, line.text)));
  const key = word => make("li", {}, make("i", { style: { background: `var(--${word})` } }), say(word));
  const keys = legend ? make("ul", { class: "legend" }, legend.map(key)) : null;
  const caption = make("figcaption", {}, title);
  return make("figure", { class: "chart-box", id }, caption, keys, body, capped(shown.length, lines.length));
}
function stacked(id, title, lines, legend) { // lines: name, parts [colour, value], their sum
  const most = Math.max(1e-9, ...lines.map(line => line[2]));
  return chart(id, title, lines.map(([name, parts, sum]) => {
    const bars = parts.map(([colour, part]) => make("i", {
      title: amount(part), style: { width: 100 * part / most + "%", background: `var(--${colour})` },
    }));
    return { name, bar: make("div", { class: "bar" }, bars), text: amount(sum), weight: sum };
  }), legend);
}
function diverging(id, title, lines) { // lines: name, change
  const most = Math.max(1e-9, ...lines.map(line => Math.abs(line[1])));
  return chart(id, title, lines.map(([name, change]) => {
    const wide = 50 * Math.abs(change) / most, look = change > 0 ? "more" : change < 0 ? "less" : "";
    const left = (change < 0 ? 50 - wide : 50) + "%", background = change < 0 ? "var(--bad)" : "var(--good)";
    const bar = make("div", { class: "bar both" }, make("i", { style: { left, width: wide + "%", background } }));
    return { name, bar, text: tellChange(change), look, weight: Math.abs(change) };
  }));
}
