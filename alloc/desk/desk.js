"use strict";

// What all parts of the page share: where they stand, words, elements, and how the desk is asked.
const at = id => document.getElementById(id);
const data = JSON.parse(at("data").textContent);
const KEEP = ["alloc-desk", data.instance, data.folder].join(" "), PAUSE = 100, MOST_PINS = 4;
const EMPTY = { given: {}, rules: [], edits: {}, locks: {}, pins: [], name: "", gap: "", time_limit: "", current: "", paid: true };
const state = load();
let tree = null, scenarios = [], sought = []; // sought: names of plans that windows wait for
let job = null, asking = false, quiet = false, answered = null; // quiet: only what was typed is audited

function load() { // a window that is loaded again goes on; a copy of one, or a new one, is another
  const [entry] = performance.getEntriesByType("navigation");
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KEEP)); } catch { kept = null; }
  const again = kept !== null && entry !== undefined && entry.type !== "navigate";
  const window = again ? kept.window : Array.from(crypto.getRandomValues(new Uint8Array(9)), x => x.toString(36)).join("");
  return { ...EMPTY, lang: data.lang, current: data.plan, ...(kept || {}), window };
}
function keep() { sessionStorage.setItem(KEEP, JSON.stringify(state)); }

function say(key, values) {
  const fillPlace = (place, name) => (values && name in values ? values[name] : place);
  const counted = (place, name, one, many) => {
    return values && name in values ? values[name] + " " + (String(values[name]) === "1" ? one : many) : place;
  };
  const text = data.texts[state.lang][key];
  return text.replace(/\{(\w+)\|([^|{}]+)\|([^|{}]+)\}/g, counted).replace(/\{(\w+)\}/g, fillPlace);
}
function name(of) { return of ? of[state.lang] : ""; }

// Elements: every word is put in as text, so no name becomes HTML.
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([key, value]) => {
    if (typeof value === "function") { made.addEventListener(key, value); }
    else if (value === true) { made.setAttribute(key, ""); }
    else if (value !== null && value !== false && value !== undefined) { made.setAttribute(key, value); }
  });
  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ""));
  return made;
}
function fill(id, ...children) { at(id).replaceChildren(...children.flat().filter(child => child !== null && child !== undefined)); }
function button(text, press, more) { return make("button", { type: "button", click: press, ...more }, text); }
function sheet(title, heads, rows) { // heads: [text, whether numbers stand below]; rows: elements or words
  const head = heads.map(([text, numeric]) => make("th", { scope: "col", class: numeric ? "n" : null }, text));
  const body = rows.map(row => row instanceof Element ? row : make("tr", {}, row.map((cell, j) =>
    make(j ? "td" : "th", { scope: j ? null : "row", class: heads[j][1] ? "n" : null }, cell))));
  const table = make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, body));
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table);
  return make("div", { class: "table" }, scroll);
}
function tellCommand(command) {
  const copy = button(say("desk_copy"), () => navigator.clipboard && navigator.clipboard.writeText(command), { class: "small" });
  return make("div", { class: "command" },
    make("code", {}, make("span", {}, say("desk_command")), command), copy);
}
function tellParts(reply) {
  const parts = (reply.told ? reply.told[state.lang] : reply.parts).map(part => {
    if (part.heads) {
      const table = sheet(part.title || say("desk_h_answer"), part.heads, part.rows);
      return part.title ? make("div", {}, make("h3", {}, part.title), table) : table;
    }
    const line = part.key ? say(part.key, part.values) : part.line; // the page's own words follow its language
    const offer = part.offer ? showOffer(part.offer) : null;
    const ask = part.ask ? make("span", { class: "offer" },
      button(say("desk_" + part.ask), () => show(part.ask, {}), { class: "small", "data-asks": true })) : null;
    return make("p", { class: line.startsWith(" ") ? "told inner" : "told" }, line.trim(), offer, ask);
  });
  return make("div", { class: reply.good ? "outcome" : "outcome bad" }, parts);
}

function showOffer(given) { // figures that would give a plan: as a command has them, and made by one click
  const words = Object.entries(given).map(([path, value]) => "--set " + quote(path + "=" + value)).join(" ");
  const apply = async () => { // who has found what was sought needs no other: the search ends
    undo(() => { Object.assign(state.given, given); });
    while (asking) { await cancel(); await new Promise(done => setTimeout(done, PAUSE)); }
    const told = addEnd(answered.reply, { key: "desk_applied", values: { changes: words } });
    tellAnswer(answered.command, { ...told, good: true });
    at("solve").scrollIntoView({ block: "start" });
  };
  return make("span", { class: "offer" }, make("code", {}, words), button(say("desk_apply"), apply, { class: "small" }));
}
function quote(text) { return /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replace(/'/g, "'\"'\"'") + "'"; }

// The desk is asked: what takes long is a job, which this window alone hears of.
async function call(path, options) {
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  const found = answer.headers.get("Content-Type").startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok || found.fault) { throw new Error(found.fault || String(answer.status)); }
  return found;
}
function query(more) { return "?" + new URLSearchParams({ window: state.window, lang: state.lang, ...more }); }
function post(path, body, raw) {
  const headers = { "X-Alloc-Desk": data.token };
  return call(path, { method: "POST", headers, body: raw ? body : JSON.stringify(body) });
}
function order(action, more) {
  const { window, lang, given, rules, gap, time_limit } = state;
  return { action, window, lang, given, rules, gap, time_limit, ...more };
}
async function follow(begin, isQuiet) { // returns the job when it has ended, null where it could not be begun
  let seen = 0, early = null;
  if (quiet && !isQuiet) { await giveUp(); }
  if (asking) { tellFault(say("desk_busy")); return null; }
  try {
    asking = true;
    quiet = Boolean(isQuiet);
    showBar();
    job = await begin();
    showBar();
    while (job.state === "running") {
      await new Promise(done => setTimeout(done, PAUSE));
      job = await call("/job/" + encodeURIComponent(job.job) + query());
      showBar();
      if (job.shown > seen) { early = await showEarly(job, seen === 0); seen = job.shown; }
    }
    return { ...job, early };
  } catch (error) {
    tellFault(error instanceof TypeError ? say("desk_lost") : error.message);
    return null;
  } finally {
    job = null;
    asking = false;
    quiet = false;
    showBar();
  }
}
async function giveUp() { // what was only audited while typing gives way to what is asked
  while (quiet) { await cancel(); await new Promise(done => setTimeout(done, PAUSE)); }
}
function showBar() {
  at("bar").hidden = job === null || job.state !== "running";
  document.querySelectorAll("main form button, main [data-asks]").forEach(one => { one.disabled = asking && !quiet; });
  if (job === null) { return; }
  const doing = say("desk_running", { action: say("desk_a_" + job.action), seconds: fixed(job.seconds, 1) });
  at("news").textContent = job.news ? doing + " · " + job.news : doing;
}
async function cancel() {
  if (job !== null) { await post("/cancel" + query(), { job: job.job, window: state.window }).catch(() => null); }
}

async function showEarly(of, first) { // what is known already: a plan before its ties are broken, a repair among others
  const { reply } = await call("/job/" + encodeURIComponent(of.job) + "/early" + query());
  tellAnswer(of.command, reply);
  if (reply.plan) { fill("plan-body", make("h3", {}, say("desk_early_plan")), listMoney(reply.plan)); }
  if (first) { at("answer").scrollIntoView({ block: "start" }); }
  return reply;
}
function tellEnd({ state: how, seconds, early }) { // of what was not answered: what was known, and how it ended
  const key = { cancelled: "desk_cancelled", failed: "desk_died" }[how];
  return addEnd(early, { key, values: { seconds: fixed(seconds, 1) } });
}
function addEnd(early, part) { // what was known when it ended, with how: what was still to come, or asked next, goes
  const told = {};
  Object.entries(early ? early.told : {}).forEach(([lang, parts]) => {
    told[lang] = [...parts.filter((one, k) => one.offer || k < parts.length - 1), part];
  });
  return early ? { good: false, told } : { good: false, parts: [part] };
}

function tellFault(text) { tellAnswer(null, { good: false, parts: text.split("\n").map(line => ({ line })) }); }
function tellAnswer(command, reply, page) {
  at("answer").hidden = false;
  answered = { command, reply };
  showAnswer();
  fill("frame", page ? make("iframe", { src: page, title: say("desk_h_answer"), sandbox: "allow-scripts" }) : null);
}
function showAnswer() {
  const { command, reply } = answered, [base] = data.plan ? [{ name: data.plan }] : scenarios;
  const other = reply.scenario && base && base.name !== reply.scenario;
  fill("answer-body", tellParts(reply), command ? tellCommand(command) : null,
    other ? make("p", { class: "screen" }, offerDiff(base.name, reply.scenario)) : null);
}
async function show(action, more, begin) { // ask, and show what comes of it
  const done = await follow(begin || (() => post("/do" + query(), order(action, more))));
  if (done === null) { return null; }
  const page = done.page ? "/job/" + encodeURIComponent(done.job) + "/page" + query() : null;
  tellAnswer(done.command, done.state === "done" ? done.reply : tellEnd(done), page);
  if (done.action === "solve" && !(done.reply && done.reply.scenario)) { await refresh(); } // it may have been kept at the last moment
  if (done.reply && done.reply.scenario) {
    state.current = done.reply.scenario;
    state.name = "";
    state.edits = {};
    keep();
    await refresh();
    showReport(state.current);
    showAnswer();
  }
  if (done.state === "cancelled") { return done; }
  at("h-answer").focus({ preventScroll: true });
  at("answer").scrollIntoView({ block: "start" });
  return done;
}
function showReport(of) {
  at("answer").hidden = false;
  const src = "/scenario/" + encodeURIComponent(of) + "/report.html" + query();
  fill("frame", make("iframe", { src, title: say("desk_report", { name: of }), sandbox: "allow-scripts", "data-of": of }));
}

async function refresh() {
  try {
    const found = await call("/scenarios" + query());
    scenarios = found.scenarios;
    sought = found.sought;
    Object.keys(rows).forEach(of => { delete rows[of]; }); // others may have written them anew
    await renderScenarios();
    return found.running;
  } catch (error) {
    tellFault(error instanceof TypeError ? say("desk_lost") : error.message);
    return null;
  }
}
function render() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : state.lang;
  document.querySelectorAll("[data-say]").forEach(one => { one.textContent = say(one.dataset.say); });
  document.querySelectorAll("[data-label]").forEach(one => { one.setAttribute("aria-label", say(one.dataset.label)); });
  document.querySelectorAll("[data-lang]").forEach(one => {
    one.setAttribute("aria-pressed", String(one.dataset.lang === state.lang));
  });
  at("kicker").textContent = tree ? say("desk_kicker", { year: tree.year }) : say("desk_title");
  at("title").textContent = tree ? tree.title : "alloc";
  at("about").textContent = say("desk_about", { instance: data.instance, folder: data.folder });
  renderQuestion();
  if (answered !== null) { showAnswer(); }
}

function listen() {
  document.querySelectorAll("[data-lang]").forEach(one => one.addEventListener("click", async () => {
    state.lang = one.dataset.lang;
    keep();
    render();
    const page = at("frame").firstChild;
    if (page && page.dataset.of) { showReport(page.dataset.of); }
    await renderScenarios();
  }));
  ["name", "gap", "time_limit"].forEach(key => at(key).addEventListener("input", () => { state[key] = at(key).value; keep(); }));
  at("cancel").addEventListener("click", cancel);
  listenQuestion();
  listenScenarios();
}
async function begin() {
  history.replaceState(null, "", "/"); // the token stands in the address no more
  keep();
  render();
  listen();
  const running = await refresh();
  if (running) { await show(running.action, {}, async () => running); }
  const done = await follow(() => post("/do" + query(), order("describe", {})));
  if (done !== null && !done.reply) { tellAnswer(done.command, tellEnd(done)); }
  if (done !== null && done.reply) {
    tree = done.reply.tree || null;
    fill("reading", done.reply.parts.length > 1 || !done.reply.good ? tellParts(done.reply) : null);
    render();
    await renderScenarios();
  }
}
begin();
