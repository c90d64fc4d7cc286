(() => {
  "use strict";
  const at = id => document.getElementById(id);
  const data = JSON.parse(at("data").textContent), { sliders, texts, places, rows } = data;
  const CATEGORIES = ["infrastructure", "training", "insurance", "technology", "enterprise"];
  const MOST_PINS = 4, MOST_ROWS = 200, MOST_LINES = 30, NEAR = 1e-6, PAUSE = 200;
  let state, written = "", writing = 0;

  function subtract(one, other) { // specks of the solver are no change, as in alloc diff
    if (one === null || other === null) { return null; }
    const change = one - other;
    return Math.abs(change) > NEAR * Math.max(1, Math.abs(one), Math.abs(other)) ? change : 0;
  }
  function tellChange(value, shown) { return value === null ? "" : signed(value, shown || amount); }

  // Words in the language that is shown.
  function say(key, values) {
    const fillPlace = (place, name) => (values && name in values ? values[name] : place);
    return texts[state.lang][key].replace(/\{(\w+)\}/g, fillPlace);
  }
  function inChinese() { return state.lang === "zh"; }
  function bracket(text) { return inChinese() ? "（" + text + "）" : " (" + text + ")"; }
  function colon(one, other) { return say(one) + (inChinese() ? "：" : ": ") + say(other); }
  function tellStatus(point) { return say("point_" + rows.status[point]); }
  function tellGap(point) { return say("whatif_gap", { gap: rows.gap[point] }); }

  // A plan's table: rows of columns, from what it has other than today's.
  const read = {};
  function table(name, point) {
    const key = name + " " + point;
    if (!(key in read)) {
      const { base, columns, plans } = data.tables[name], plan = plans[point];
      const pick = (column, j) => [column, patch(base[j], plan[j])];
      read[key] = plan === null ? null : Object.fromEntries(columns.map(pick));
    }
    return read[key];
  }
  function patch(base, pairs) {
    const values = base.slice();
    for (let i = 0, row = 0; i < pairs.length; i += 2) {
      row += pairs[i];
      values[row] = pairs[i + 1];
    }
    return values;
  }
  function planned(point) { return rows.objective[point] !== null; }
  function names(name) { return data.tables[name].names[state.lang]; }
  function words(name, j) { return [...new Set(names(name).map(row => row[j]))]; }
  function total(name, point, column, word, j) {
    return table(name, point)[column].reduce((sum, value, i) => (names(name)[i][j] === word ? sum + value : sum), 0);
  }

  // Where the sliders stand, and what is shown there.
  const byPlace = Object.fromEntries(places.map((place, point) => [place.join(" "), point]));
  function size(j) { return sliders[j].told.en.length; }
  function value(j, i) { return sliders[j].numbers === null ? i : sliders[j].numbers[i]; }
  function stand(j) { // the number of the position that a slider stands at, -1 between two
    return sliders[j].numbers === null ? state.at[j] : sliders[j].numbers.indexOf(state.at[j]);
  }
  function solved() { return byPlace[sliders.map((_, j) => stand(j)).join(" ")] ?? -1; }
  function share(j, number) { // how far along its slider a number lies
    const { numbers } = sliders[j];
    return (number - numbers[0]) / (numbers[numbers.length - 1] - numbers[0] || 1);
  }
  function distance(j, i) { // in parts of the slider; words are all as far from each other
    if (sliders[j].numbers === null) { return state.at[j] === i ? 0 : 1; }
    return share(j, state.at[j]) - share(j, value(j, i));
  }
  function nearest() {
    const away = places.map(place => place.reduce((sum, i, j) => sum + distance(j, i) ** 2, 0));
    return away.reduce((best, one, point) => (one < away[best] ? point : best), 0);
  }
  function current() { return solved() < 0 ? nearest() : solved(); }
  function valuesOf(point) { return places[point].map((i, j) => value(j, i)); }
  function tellPlace(point) {
    const told = places[point].map((i, j) => sliders[j].names[state.lang] + " " + sliders[j].told[state.lang][i]);
    return told.join(inChinese() ? "；" : "; ");
  }
  function tellValue(j) {
    const i = stand(j);
    if (i >= 0) { return sliders[j].told[state.lang][i]; }
    return (sliders[j].factor ? "× " : "") + Number(state.at[j].toPrecision(4));
  }

  function go(values) { state.at = values; render(); }
  function set(j, i) { go(state.at.map((old, k) => (k === j ? value(j, i) : old))); }
  function step(j, by) { // to the next position that was solved, in a direction
    let i = stand(j);
    if (i < 0) {
      const above = sliders[j].numbers.findIndex(number => number > state.at[j]);
      i = by > 0 ? above - 1 : above;
    }
    set(j, Math.max(0, Math.min(size(j) - 1, i + by)));
  }
  function slide(j, raw) { // a position catches a slider that comes near it
    const { numbers } = sliders[j];
    if (numbers === null) { return set(j, Math.round(raw)); }
    const gaps = numbers.slice(1).map((number, k) => (number - numbers[k]) / 4);
    const hold = Math.min(0.02 * (numbers[numbers.length - 1] - numbers[0]), ...gaps);
    const caught = numbers.find(number => Math.abs(number - raw) <= hold);
    go(state.at.map((old, k) => (k === j ? caught ?? raw : old)));
  }

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

  // The row of the sweep.
  function listGoals() {
    const money = bracket(data.money);
    return [
      ["objective", say("whatif_goal"), amount], ["bound", say("whatif_bound"), amount],
      ["employment", say("diff_employment"), amount], ["employment_aid", say("diff_through_aid"), amount],
      ["linkage", say("diff_linkage"), amount], ["chains_closed", say("diff_chains_closed"), count],
      ["penalties", say("diff_penalties"), amount], ["funded", say("diff_measures_funded"), count],
      ["cost", say("diff_cost") + money, amount], ["aid", say("diff_aid") + money, amount],
    ];
  }
  function uncertain(key, point) { // jobs through the aid lie between two ends where a world is not proven
    return key === "employment_aid" && rows.employment_aid_least[point] !== rows.employment_aid_most[point];
  }
  function showFigure(key, point, shown) {
    if (!planned(point)) { return say("whatif_none"); }
    if (!uncertain(key, point)) { return shown(rows[key][point]); }
    const low = amount(rows.employment_aid_least[point]), high = amount(rows.employment_aid_most[point]);
    return say("whatif_between", { low, high });
  }
  function changeFigure(key, point, from) {
    const known = [point, from].every(one => planned(one) && !uncertain(key, one));
    return known ? subtract(rows[key][point], rows[key][from]) : null;
  }
  function renderRow(point) {
    const good = ["optimal", "infeasible"].includes(rows.status[point]) ? "good" : "bad";
    fill("badges", make("span", { id: "status", class: "badge " + good }, tellStatus(point)),
      planned(point) ? make("span", { id: "gap", class: "badge" }, tellGap(point)) : null);
    const numbers = ["whatif_this", "whatif_today", "whatif_change"].map(word => [say(word), true]);
    const heads = [[say("whatif_what")], ...numbers];
    const lines = listGoals().map(([key, name, shown]) => {
      const change = tellChange(changeFigure(key, point, 0), shown);
      return [name, showFigure(key, point, shown), showFigure(key, 0, shown), change];
    });
    const message = rows.message[point];
    fill("row", message ? make("p", { id: "message" }, message) : null, sheet("row", say("whatif_row"), heads, lines));
  }

  // What is other than today.
  function againstNothing() { // what is said where there is nothing to compare with
    return note(planned(0) ? say("whatif_is_today") : say("whatif_no_today", { status: tellStatus(0) }));
  }
  function renderGains(point) {
    const now = table("counties", point), before = table("counties", 0);
    const change = column => now[column].map((x, i) => [names("counties")[i][0], subtract(x, before[column][i])]);
    const categories = words("pairs", 1).map(word => {
      return [word, subtract(total("pairs", point, "aid", word, 1), total("pairs", 0, "aid", word, 1))];
    });
    fill("gains-body", diverging("gains-aid", say("whatif_gains_aid", data), change("aid")),
      diverging("gains-jobs", say("whatif_gains_jobs"), change("jobs_gained")),
      diverging("gains-category", say("whatif_gains_category", data), categories));
  }
  function tellWhat(before, after, change) {
    if ((before > 0) !== (after > 0)) { return say(after > 0 ? "diff_new" : "diff_dropped"); }
    return say(change > 0 ? "diff_more" : "diff_less");
  }
  function renderChanges(point) {
    const now = table("measures", point), before = table("measures", 0), lines = [];
    now.cost.forEach((cost, i) => {
      const change = subtract(cost, before.cost[i]), aid = subtract(now.aid[i], before.aid[i]);
      if (!change && !aid) { return; }
      const numbers = [amount(before.cost[i]), amount(cost), tellChange(change), tellChange(aid)];
      const what = tellWhat(before.units[i], now.units[i], change || aid);
      lines.push({ weight: Math.abs(change) + Math.abs(aid), cells: [...names("measures")[i], what, ...numbers] });
    });
    const heads = [[say("diff_measure")], [say("diff_county")], [say("diff_category")], [say("whatif_happens")],
      [colon("diff_cost", "whatif_today"), true], [colon("diff_cost", "whatif_this"), true],
      [colon("diff_cost", "whatif_change"), true], [colon("diff_aid", "whatif_change"), true]];
    const shown = lines.sort((a, b) => b.weight - a.weight).slice(0, MOST_ROWS).map(line => line.cells);
    const title = say("whatif_h_changes") + bracket(data.money);
    at("ties").textContent = say(rows.closest[point] ? "whatif_closest" : "whatif_not_closest");
    fill("changes-body", sheet("changes", title, heads, shown), capped(shown.length, lines.length));
  }
  function renderDifference(point) {
    if (point !== 0 && planned(0)) {
      renderGains(point);
      renderChanges(point);
      return;
    }
    at("ties").textContent = "";
    fill("gains-body", againstNothing());
    fill("changes-body", againstNothing());
  }

  // The plan.
  function renderCharts(point) {
    const counties = table("counties", point), { aid } = table("pairs", point), { keys } = data.tables.counties;
    const pairs = data.tables.pairs.keys;
    const parts = c => pairs.map(([county, category], i) => [category, county === keys[c][0] ? aid[i] : 0]);
    const given = counties.aid.map((sum, c) => [names("counties")[c][0], parts(c).filter(part => part[1] > 0), sum]);
    const jobs = counties.jobs_gained.map((x, c) => [names("counties")[c][0], [["plan", Math.max(0, x)]], x]);
    fill("plan-charts", stacked("chart-aid", say("whatif_chart_aid", data), given, CATEGORIES),
      stacked("chart-jobs", say("whatif_chart_jobs"), jobs));
  }
  function tellCell(column, number) {
    if (column === "binding") { return number ? say("whatif_binds") : ""; }
    return number === null ? "" : amount(number);
  }
  function list(name, point, title, first, keep) { // first: heads of the columns of names; keep: which rows are shown
    const { columns, heads } = data.tables[name], numbers = table(name, point);
    const kept = names(name).map((_, i) => i).filter(i => !keep || keep(numbers, i));
    const weights = numbers.cost || numbers.aid || numbers.spent || numbers.value;
    const lines = largest(kept, MOST_ROWS, i => weights[i] || 0).map(i => {
      const called = names(name)[i].map(word => word || say("whatif_nowhere"));
      return [...called, ...columns.map(column => tellCell(column, numbers[column][i]))];
    });
    const all = [...first.map(word => [say(word)]), ...heads.map(head => [head[state.lang], true])];
    return [sheet(name, title, all, lines), capped(lines.length, kept.length)];
  }
  function renderPlan(point) {
    const funded = (numbers, i) => numbers.cost[i] > 0 || numbers.units[i] > 1e-9;
    const measure = ["diff_measure", "diff_county", "diff_category"];
    renderCharts(point);
    fill("plan-tables", ...list("measures", point, say("whatif_funded"), measure, funded),
      ...list("counties", point, say("whatif_counties"), ["diff_county"]),
      ...list("funds", point, say("whatif_funds"), ["diff_fund", "diff_county"]),
      ...(names("rules").length ? list("rules", point, say("whatif_rules"), ["diff_rule"]) : []));
  }

  // Pinned plans, side by side: groups of rows, each with its numbers as text and what they change by.
  function comparePins() {
    const goals = listGoals().map(([key, name, shown]) => ({
      name,
      texts: state.pins.map(point => showFigure(key, point, shown)),
      changes: state.pins.map(point => changeFigure(key, point, state.pins[0])),
      shown,
    }));
    const column = (name, key) => (point, i) => table(name, point)[key][i];
    const sum = (name, key, j) => (point, i) => total(name, point, key, words(name, j)[i], j);
    const counties = words("counties", 0), called = names("measures").map(name => name[0] + " · " + name[1]);
    const differing = compareLines(called, column("measures", "cost")).filter(line => line.changes.some(Boolean));
    const weigh = line => Math.max(...line.changes.map(Math.abs));
    return [
      ["", goals],
      [say("whatif_aid_county", data), compareLines(counties, column("counties", "aid"))],
      [say("whatif_chart_jobs"), compareLines(counties, column("counties", "jobs_gained"))],
      [say("whatif_aid_category", data), compareLines(words("pairs", 1), sum("pairs", "aid", 1))],
      [say("whatif_spent", data), compareLines(words("funds", 0), sum("funds", "spent", 0))],
      [say("whatif_cost_measure", data), largest(differing, MOST_ROWS, weigh)],
    ].filter(group => group[1].length);
  }
  function compareLines(called, find) {
    return called.map((name, i) => {
      const found = state.pins.map(point => (planned(point) ? find(point, i) : null));
      const told = found.map(x => (x === null ? say("whatif_none") : amount(x)));
      return { name, texts: told, changes: found.map(x => subtract(x, found[0])), shown: amount };
    });
  }
  function headPin(point, k) {
    const name = say("whatif_pin_number", { number: k + 1 });
    const proof = tellStatus(point) + (planned(point) ? " · " + tellGap(point) : "");
    const show = button(say("whatif_show"), say("whatif_show") + " " + name, () => go(valuesOf(point)));
    const drop = button("×", say("whatif_remove", { number: k + 1 }), () => unpin(k));
    const small = [make("small", {}, tellPlace(point)), make("small", {}, proof)];
    return make("th", { scope: "col", class: "n" }, name, small, show, drop);
  }
  function comparedCell(line, k) {
    const change = k && line.changes[k] ? make("small", {}, tellChange(line.changes[k], line.shown)) : null;
    return make("td", { class: "n" }, line.texts[k], change);
  }
  function renderPins(point) {
    const held = state.pins.includes(point);
    at("pin").textContent = say(held ? "whatif_unpin" : "whatif_pin");
    at("pin").setAttribute("aria-pressed", String(held));
    if (!state.pins.length) { return fill("pins-body", note(say("whatif_no_pins"))); }
    const body = comparePins().flatMap(([title, lines]) => {
      const group = make("th", { scope: "colgroup", colspan: state.pins.length + 1 }, title);
      const found = lines.map(line => {
        return make("tr", {}, make("th", { scope: "row" }, line.name), state.pins.map((_, k) => comparedCell(line, k)));
      });
      return title ? [make("tr", { class: "group" }, group), ...found] : found;
    });
    const head = make("tr", {}, make("th", { scope: "col" }, say("whatif_what")), state.pins.map(headPin));
    const made = make("table", { class: "pinned", id: "table-pins" }, make("thead", {}, head), make("tbody", {}, body));
    fill("pins-body", make("div", { class: "table" }, scroll(say("whatif_h_pins"), made)));
  }
  function unpin(k) {
    state.pins.splice(k, 1);
    render();
  }
  function pin() {
    const point = current(), k = state.pins.indexOf(point), full = k < 0 && state.pins.length >= MOST_PINS;
    if (k >= 0) { return unpin(k); }
    if (!full) { state.pins.push(point); }
    render();
    if (full) { at("told").textContent = say("whatif_pin_full"); }
  }

  // Sliders are made once a language, and moved after that: a slider that is held must not be replaced.
  const STEPS = { ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1 };
  function press(event, j) {
    const end = { Home: 0, End: size(j) - 1 }[event.key], by = STEPS[event.key];
    if (end === undefined && by === undefined) { return; }
    event.preventDefault();
    if (by) { step(j, by); } else { set(j, end); }
  }
  function makeInput(slider, j) {
    const ends = { min: value(j, 0), max: value(j, size(j) - 1), step: slider.numbers ? "any" : 1 };
    const input = make("input", { type: "range", id: "slider-" + j, ...ends });
    input.addEventListener("input", () => slide(j, Number(input.value)));
    input.addEventListener("keydown", event => press(event, j));
    return input;
  }
  function makeSlider(slider, j) {
    const name = slider.names[state.lang], today = slider.told[state.lang][slider.today];
    const output = make("output", { id: "value-" + j, for: "slider-" + j });
    const path = make("div", { class: "path" },
      make("span", {}, slider.path), make("span", { class: "of" }, say("whatif_today_is", { value: today })));
    const dots = make("div", { class: "dots", id: "dots-" + j, "aria-hidden": "true" });
    return make("div", { class: "slider" }, make("label", { for: "slider-" + j }, make("span", {}, name), output), path,
      make("div", { class: "rail" }, button("‹", say("whatif_previous", { name }), () => step(j, -1)),
        make("div", {}, dots, makeInput(slider, j)), button("›", say("whatif_next", { name }), () => step(j, 1))));
  }
  const known = rows.objective.filter(x => x !== null), low = Math.min(...known), high = Math.max(...known);
  function makeDot(j, i, point, shown) {
    const left = 100 * (sliders[j].numbers ? share(j, value(j, i)) : i / (size(j) - 1 || 1)) + "%";
    const height = planned(point) ? (rows.objective[point] - low) / (high - low || 1) : 0;
    const told = planned(point) ? amount(rows.objective[point]) : tellStatus(point);
    const look = (planned(point) ? "" : "none") + (point === shown ? " on" : "");
    const title = sliders[j].told[state.lang][i] + ": " + told;
    const dot = make("span", { class: look, title, style: { left, bottom: 8 + 78 * height + "%" } });
    dot.addEventListener("click", () => set(j, i));
    return dot;
  }
  function renderSlider(j, shown) {
    const input = at("slider-" + j), dots = [];
    if (Number(input.value) !== state.at[j]) { input.value = state.at[j]; }
    input.setAttribute("aria-valuetext", tellValue(j));
    at("value-" + j).textContent = tellValue(j);
    for (let i = 0; i < size(j); i++) {
      const point = byPlace[places[shown].map((other, k) => (k === j ? i : other)).join(" ")];
      if (point !== undefined) { dots.push(makeDot(j, i, point, shown)); }
    }
    fill("dots-" + j, ...dots);
  }

  function tellWhere(exactly, point) {
    if (exactly < 0) { return say("whatif_not_solved", { place: tellPlace(point) }); }
    if (!planned(point)) { return say("whatif_here_none", { status: tellStatus(point) }); }
    return say(point === 0 ? "whatif_here_today" : "whatif_here");
  }
  function render() {
    const exactly = solved(), point = current();
    sliders.forEach((_, j) => renderSlider(j, point));
    at("where").textContent = tellWhere(exactly, point);
    at("where").parentNode.classList.toggle("not", exactly < 0 || !planned(point));
    at("nearest").hidden = exactly >= 0;
    at("told").textContent = "";
    at("shown").textContent = say("whatif_shown", { place: tellPlace(point) });
    document.body.dataset.point = point;
    document.querySelectorAll(".planned").forEach(section => { section.hidden = !planned(point); });
    renderRow(point);
    if (planned(point)) {
      renderDifference(point);
      renderPlan(point);
    }
    renderPins(point);
    write();
  }
  function speak(lang) {
    const all = (selector, change) => document.querySelectorAll(selector).forEach(change);
    state.lang = lang;
    document.documentElement.lang = { zh: "zh-CN" }[lang] || lang;
    all("[data-say]", one => { one.textContent = say(one.dataset.say, one.dataset); });
    all("[data-label]", one => one.setAttribute("aria-label", say(one.dataset.label)));
    all("[data-lang]", one => one.setAttribute("aria-pressed", String(one.dataset.lang === lang)));
    fill("controls", ...sliders.map(makeSlider));
    render();
  }

  // The address: #at=0.9;2&pins=3,7&lang=zh. Whatever is not understood is as at first.
  function write() { // a while after the last move: browsers refuse an address that changes with every step of a drag
    clearTimeout(writing);
    writing = setTimeout(() => {
      const pins = state.pins.length ? "&pins=" + state.pins.join(",") : "";
      const text = "#at=" + state.at.join(";") + pins + "&lang=" + state.lang;
      if (location.hash === text) { return; }
      written = text;
      location.replace(text);
    }, PAUSE);
  }
  function restore() {
    const given = new URLSearchParams(location.hash.slice(1)), lang = given.get("lang");
    const values = (given.get("at") || "").split(";"), pins = (given.get("pins") || "").split(",");
    const start = valuesOf(0), whole = values.length === sliders.length;
    state = {
      at: whole ? values.map((text, j) => understand(j, text, start[j])) : start,
      pins: [...new Set(pins.filter(text => /^\d{1,9}$/.test(text)).map(Number))].filter(point => point < places.length),
      lang: Object.keys(texts).includes(lang) ? lang : data.lang,
    };
    state.pins = state.pins.slice(0, MOST_PINS);
    speak(state.lang);
  }
  function understand(j, text, otherwise) {
    const found = text.trim() === "" ? NaN : Number(text), whole = sliders[j].numbers || Number.isInteger(found);
    return whole && found >= value(j, 0) && found <= value(j, size(j) - 1) ? found : otherwise;
  }

  at("nearest").addEventListener("click", () => go(valuesOf(nearest())));
  at("today").addEventListener("click", () => go(valuesOf(0)));
  at("print").addEventListener("click", () => window.print());
  at("pin").addEventListener("click", pin);
  document.querySelectorAll("[data-lang]").forEach(one => one.addEventListener("click", () => speak(one.dataset.lang)));
  window.addEventListener("hashchange", () => {
    const own = location.hash === written;
    written = "";
    if (!own) { restore(); }
  });
  restore();
})();
