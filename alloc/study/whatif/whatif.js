// The page: its sliders, what is drawn anew when they move, and its address.

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
