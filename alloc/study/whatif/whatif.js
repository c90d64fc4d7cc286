(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent), sliders = data.sliders, texts = data.texts;
  var CATEGORIES = ["infrastructure", "training", "insurance", "technology", "enterprise"], MOST_PINS = 4, MOST_ROWS = 200, MOST_LINES = 30, NEAR = 1e-6;
  var state, written = "", writing = 0;
  var at = function (id) { return document.getElementById(id); };

  // Numbers as texts/figures.py writes them, to the last digit.
  function fixed(value, digits) {
    if (value === null || !isFinite(value)) { return "?"; }
    var text = Math.abs(value).toFixed(digits), all = Math.abs(value).toFixed(100), rest = all.slice(all.indexOf(".") + 1 + digits);
    if (/^50*$/.test(rest)) { // a tie goes to the even digit, where toFixed goes up
      var below = digits ? all.slice(0, all.indexOf(".") + 1 + digits) : all.slice(0, all.indexOf("."));
      if (Number(below.slice(-1)) % 2 === 0) { text = below; }
    }
    var parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
    return (value < 0 && /[1-9]/.test(text) ? "\u2212" : "") + parts.join(".");
  }
  function decimals(size) {
    return size >= 0.95 || size < 1e-9 || Number(size.toFixed(1)) === size ? 1 : Math.min(2 - Math.floor(Math.log10(size)), 9);
  }
  function amount(value) { return fixed(value, value === null ? 1 : decimals(Math.abs(value))); }
  function count(value) { return fixed(value, 0); }
  function signed(value, shown) { return (value >= 1e-9 ? "+" : "") + shown(value); }
  function subtract(one, other) { // specks of the solver are no change, as in alloc diff
    if (one === null || other === null) { return null; }
    var change = one - other;
    return Math.abs(change) > NEAR * Math.max(1, Math.abs(one), Math.abs(other)) ? change : 0;
  }

  function say(key, values) {
    var text = texts[state.lang][key];
    return text.replace(/\{(\w+)\}/g, function (place, name) { return values && name in values ? String(values[name]) : place; });
  }

  // A plan's table: rows of columns, from what it has other than today's.
  var read = {};
  function table(name, point) {
    var key = name + " " + point;
    if (!(key in read)) {
      var kept = data.tables[name], plan = kept.plans[point];
      read[key] = plan === null ? null : Object.fromEntries(kept.columns.map(function (column, j) {
        var values = kept.base[j].slice(), row = 0;
        for (var i = 0; i < plan[j].length; i += 2) { row += plan[j][i]; values[row] = plan[j][i + 1]; }
        return [column, values];
      }));
    }
    return read[key];
  }
  function planned(point) { return data.rows.objective[point] !== null; }
  function named(name, i) { return data.tables[name].names[state.lang][i]; }
  function total(name, point, column, word, j) {
    var values = table(name, point)[column], sum = 0;
    values.forEach(function (value, i) { if (named(name, i)[j] === word) { sum += value; } });
    return sum;
  }
  function words(name, j) {
    return Array.from(new Set(data.tables[name].names[state.lang].map(function (row) { return row[j]; })));
  }

  // Where the sliders stand, and what is shown there.
  function stand(j) { // the number of the position that a slider stands at, -1 between two
    var numbers = sliders[j].numbers, value = state.at[j];
    return numbers === null ? value : numbers.indexOf(value);
  }
  var byPlace = {};
  data.places.forEach(function (place, point) { byPlace[place.join(" ")] = point; });
  function solved() {
    var point = byPlace[sliders.map(function (_, j) { return stand(j); }).join(" ")];
    return point === undefined ? -1 : point;
  }
  function nearest() {
    var best = 0, least = Infinity;
    data.places.forEach(function (place, point) {
      var away = 0;
      place.forEach(function (i, j) { away += Math.pow(distance(j, i), 2); });
      if (away < least) { least = away; best = point; }
    });
    return best;
  }
  function distance(j, i) { // in parts of the slider; words are all as far from each other
    var numbers = sliders[j].numbers;
    if (numbers === null) { return state.at[j] === i ? 0 : 1; }
    return (state.at[j] - numbers[i]) / (numbers[numbers.length - 1] - numbers[0] || 1);
  }
  function current() { var point = solved(); return point < 0 ? nearest() : point; }
  function valuesOf(point) {
    return data.places[point].map(function (i, j) { return sliders[j].numbers === null ? i : sliders[j].numbers[i]; });
  }
  function tellPlace(point) {
    return data.places[point].map(function (i, j) { return sliders[j].names[state.lang] + " " + sliders[j].told[state.lang][i]; }).join(state.lang === "zh" ? "；" : "; ");
  }
  function tellValue(j) {
    var i = stand(j);
    if (i >= 0) { return sliders[j].told[state.lang][i]; }
    return (sliders[j].factor ? "× " : "") + String(Number(state.at[j].toPrecision(4)));
  }
  function step(j, by) { // to the next position that was solved, in a direction
    var slider = sliders[j], size = slider.told[state.lang].length, i = stand(j);
    if (i < 0) {
      var above = slider.numbers.findIndex(function (number) { return number > state.at[j]; });
      i = by > 0 ? above - 1 : above;
    }
    set(j, Math.max(0, Math.min(size - 1, i + by)));
  }
  function set(j, i) { state.at[j] = sliders[j].numbers === null ? i : sliders[j].numbers[i]; render(); }
  function slide(j, raw) {
    var numbers = sliders[j].numbers;
    if (numbers === null) { state.at[j] = Math.round(raw); return render(); }
    var wide = numbers[numbers.length - 1] - numbers[0], hold = 0.02 * wide;
    for (var k = 1; k < numbers.length; k++) { hold = Math.min(hold, (numbers[k] - numbers[k - 1]) / 4); }
    var caught = numbers.find(function (number) { return Math.abs(number - raw) <= hold; });
    state.at[j] = caught === undefined ? raw : caught;
    render();
  }

  // Elements: every word is put in as text, so no name becomes HTML.
  function make(tag, attributes, children) {
    var made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(function (pair) {
      if (pair[0] === "style") { Object.assign(made.style, pair[1]); } else if (pair[1] !== null) { made.setAttribute(pair[0], pair[1]); }
    });
    [].concat(children === undefined ? [] : children).forEach(function (child) { if (child !== null) { made.append(child); } });
    return made;
  }
  function fill(id, children) { at(id).replaceChildren.apply(at(id), [].concat(children).filter(Boolean)); }
  function button(text, label, press) {
    var made = make("button", {type: "button", "aria-label": label, title: label}, text);
    made.addEventListener("click", press);
    return made;
  }
  function sheet(id, title, heads, rows, empty) {
    if (!rows.length) { return make("p", {class: "note"}, empty || say("whatif_nothing")); }
    var head = make("tr", {}, heads.map(function (one) { return make("th", {scope: "col", class: one[1] ? "n" : null}, one[0]); }));
    var body = rows.map(function (row) {
      return make("tr", {}, row.map(function (cell, j) {
        var text = cell && cell.text !== undefined ? cell.text : cell;
        return j ? make("td", {class: heads[j][1] ? "n" : "word"}, text) : make("th", {scope: "row"}, text);
      }));
    });
    var wide = make("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": title}, make("table", {id: "table-" + id}, [make("thead", {}, head), make("tbody", {}, body)]));
    return make("div", {class: "table"}, [make("h3", {}, title), wide]);
  }
  function changed(value, shown) { return {text: value === null ? "" : signed(value, shown || amount)}; }
  function look(value) { return value > 0 ? "more" : value < 0 ? "less" : null; }

  function largest(items, most, weigh) { // in their order; of many, those that weigh most
    if (items.length <= most) { return items; }
    return items.slice().sort(function (a, b) { return weigh(b) - weigh(a); }).slice(0, most);
  }
  function capped(shown, all) { return shown < all ? make("p", {class: "note"}, say("whatif_largest", {shown: shown, all: all})) : null; }

  // Charts of bars: each line a name, a bar and its number.
  function chart(id, title, every, legend) {
    var lines = largest(every, MOST_LINES, function (line) { return line[4]; }), body = lines.map(function (line) { return make("div", {class: "line"}, [make("span", {}, line[0]), line[1], make("b", {class: line[3] || null}, line[2])]); });
    var keys = legend ? make("ul", {class: "legend"}, legend.map(function (key) { return make("li", {}, [make("i", {style: {background: "var(--" + key + ")"}}), texts[state.lang][key]]); })) : null;
    return make("figure", {class: "chart-box", id: id}, [make("figcaption", {}, title), keys].concat(body, capped(lines.length, every.length)));
  }
  function stacked(id, title, rows, legend) {
    var most = Math.max.apply(null, [1e-9].concat(rows.map(function (row) { return row[2]; })));
    return chart(id, title, rows.map(function (row) {
      var parts = row[1].map(function (part) { return make("i", {title: part[2], style: {width: 100 * part[1] / most + "%", background: "var(--" + part[0] + ")"}}); });
      return [row[0], make("div", {class: "bar"}, parts), amount(row[2]), null, row[2]];
    }), legend);
  }
  function diverging(id, title, rows) {
    var most = Math.max.apply(null, [1e-9].concat(rows.map(function (row) { return Math.abs(row[1] || 0); })));
    return chart(id, title, rows.map(function (row) {
      var wide = 50 * Math.abs(row[1] || 0) / most, left = row[1] < 0 ? 50 - wide : 50;
      return [row[0], make("div", {class: "bar both"}, make("i", {style: {left: left + "%", width: wide + "%", background: row[1] < 0 ? "var(--bad)" : "var(--good)"}})), changed(row[1]).text, look(row[1]), Math.abs(row[1] || 0)];
    }));
  }

  // The row of the sweep.
  function listGoals() {
    return [
      ["objective", say("whatif_goal"), amount], ["bound", say("whatif_bound"), amount], ["employment", say("diff_employment"), amount],
      ["employment_aid", say("diff_through_aid"), amount], ["linkage", say("diff_linkage"), amount], ["chains_closed", say("diff_chains_closed"), count],
      ["penalties", say("diff_penalties"), amount], ["funded", say("diff_measures_funded"), count],
      ["cost", say("diff_cost") + bracket(data.money), amount], ["aid", say("diff_aid") + bracket(data.money), amount]
    ];
  }
  function bracket(text) { return state.lang === "zh" ? "（" + text + "）" : " (" + text + ")"; }
  function figure(key, point) { return data.rows[key][point]; }
  function showFigure(key, point, shown) {
    if (!planned(point)) { return say("whatif_none"); }
    var value = figure(key, point), low = data.rows.employment_aid_least[point], high = data.rows.employment_aid_most[point];
    if (key === "employment_aid" && (value === null || low !== high)) { return say("whatif_between", {low: amount(low), high: amount(high)}); }
    return shown(value);
  }
  function changeFigure(key, point, from) {
    if (!planned(point) || !planned(from)) { return null; }
    if (key === "employment_aid" && [point, from].some(function (one) { return data.rows.employment_aid_least[one] !== data.rows.employment_aid_most[one]; })) { return null; }
    return subtract(figure(key, point), figure(key, from));
  }
  function renderRow(point) {
    var status = data.rows.status[point], good = status === "optimal" || status === "infeasible";
    fill("badges", [make("span", {id: "status", class: "badge " + (good ? "good" : "bad")}, say("point_" + status)),
      planned(point) ? make("span", {id: "gap", class: "badge"}, say("whatif_gap", {gap: data.rows.gap[point]})) : null]);
    var heads = [[say("whatif_what"), false], [say("whatif_this"), true], [say("whatif_today"), true], [say("whatif_change"), true]];
    var rows = listGoals().map(function (goal) {
      return [goal[1], showFigure(goal[0], point, goal[2]), showFigure(goal[0], 0, goal[2]), changed(changeFigure(goal[0], point, 0), goal[2])];
    });
    fill("row", [data.rows.message[point] ? make("p", {id: "message"}, data.rows.message[point]) : null, sheet("row", say("whatif_row", {money: data.money}), heads, rows)]);
  }

  function renderGains(point) {
    if (point === 0 || !planned(0)) { return fill("gains-body", make("p", {class: "note"}, againstNothing(point))); }
    var now = table("counties", point), before = table("counties", 0);
    var lines = function (column) {
      return now[column].map(function (value, i) { return [named("counties", i)[0], subtract(value, before[column][i])]; });
    };
    var categories = words("pairs", 1).map(function (word) { return [word, subtract(total("pairs", point, "aid", word, 1), total("pairs", 0, "aid", word, 1))]; });
    fill("gains-body", [diverging("gains-aid", say("whatif_gains_aid", {money: data.money}), lines("aid")),
      diverging("gains-jobs", say("whatif_gains_jobs"), lines("jobs_gained")),
      diverging("gains-category", say("whatif_gains_category", {money: data.money}), categories)]);
  }
  function againstNothing(point) { return planned(0) ? say("whatif_is_today") : say("whatif_no_today", {status: say("point_" + data.rows.status[0])}); }

  function happens(before, after, change) {
    if ((before > 0) !== (after > 0)) { return after > 0 ? "new" : "dropped"; }
    return change > 0 ? "more" : "less";
  }
  function renderChanges(point) {
    var other = point !== 0 && planned(0);
    at("ties").textContent = other ? say(data.rows.closest[point] ? "whatif_closest" : "whatif_not_closest") : "";
    if (!other) { return fill("changes-body", make("p", {class: "note"}, againstNothing(point))); }
    var now = table("measures", point), before = table("measures", 0), rows = [];
    now.cost.forEach(function (cost, i) {
      var change = subtract(cost, before.cost[i]), aid = subtract(now.aid[i], before.aid[i]);
      if (change || aid) {
        var name = named("measures", i);
        rows.push([Math.abs(change) + Math.abs(aid), [name[0], name[1], name[2], say("diff_" + happens(before.units[i], now.units[i], change)), amount(before.cost[i]), amount(cost), changed(change), changed(aid)]]);
      }
    });
    rows.sort(function (a, b) { return b[0] - a[0]; });
    var of = function (what, whose) { return say(what) + (state.lang === "zh" ? "：" : ": ") + say(whose); };
    var heads = [[say("diff_measure"), false], [say("diff_county"), false], [say("diff_category"), false], [say("whatif_happens"), false],
      [of("diff_cost", "whatif_today"), true], [of("diff_cost", "whatif_this"), true], [of("diff_cost", "whatif_change"), true], [of("diff_aid", "whatif_change"), true]];
    var shown = rows.slice(0, MOST_ROWS).map(function (row) { return row[1]; });
    fill("changes-body", [sheet("changes", say("whatif_h_changes") + bracket(data.money), heads, shown), capped(shown.length, rows.length)]);
  }

  function heads(name) { return data.tables[name].heads.map(function (head) { return [head[state.lang], true]; }); }
  function renderPlan(point) {
    var counties = table("counties", point), pairs = table("pairs", point), measures = table("measures", point), funds = table("funds", point), rules = table("rules", point);
    var aid = words("counties", 0).map(function (name, c) {
      var parts = [];
      pairs.aid.forEach(function (value, i) {
        var pair = data.tables.pairs.keys[i];
        if (data.tables.counties.keys[c][0] === pair[0] && value > 0) { parts.push([pair[1], value, say(pair[1]) + " " + amount(value)]); }
      });
      return [named("counties", c)[0], parts, counties.aid[c]];
    });
    var jobs = counties.jobs_gained.map(function (value, c) { return [named("counties", c)[0], [["plan", Math.max(0, value), amount(value)]], value]; });
    fill("plan-charts", [stacked("chart-aid", say("whatif_chart_aid", {money: data.money}), aid, CATEGORIES), stacked("chart-jobs", say("whatif_chart_jobs"), jobs)]);
    var list = function (name, table, keep, cells) {
      var kept = data.tables[name].keys.map(function (_, i) { return i; }).filter(keep), weight = table.cost || table.aid || table.spent || table.value;
      return largest(kept, MOST_ROWS, function (i) { return weight[i] || 0; }).map(function (i) {
        return cells(named(name, i)).concat(data.tables[name].columns.map(function (column) { return column === "binding" ? (table[column][i] ? say("whatif_binds") : "") : table[column][i] === null ? "" : amount(table[column][i]); }));
      });
    };
    var funded = function (i) { return measures.cost[i] > 0 || measures.units[i] > 1e-9; };
    var all = function () { return true; }, same = function (name) { return name; };
    var many = measures.cost.filter(function (_, i) { return funded(i); }).length;
    fill("plan-tables", [
      sheet("measures", say("whatif_funded"), [[say("diff_measure"), false], [say("diff_county"), false], [say("diff_category"), false]].concat(heads("measures")), list("measures", measures, funded, same)),
      capped(Math.min(MOST_ROWS, many), many),
      sheet("counties", say("whatif_counties"), [[say("diff_county"), false]].concat(heads("counties")), list("counties", counties, all, same)),
      sheet("funds", say("whatif_funds"), [[say("diff_fund"), false], [say("diff_county"), false]].concat(heads("funds")), list("funds", funds, all, function (name) { return [name[0], name[1] || say("whatif_nowhere")]; })),
      data.tables.rules.columns.length && rules.value.length ? sheet("rules", say("whatif_rules"), [[say("diff_rule"), false]].concat(heads("rules")), list("rules", rules, all, same)) : null
    ]);
  }

  // Pinned plans.
  function weighRow(row) { return Math.max.apply(null, row[2].map(function (change) { return Math.abs(change || 0); })); }
  function pinnedRows() {
    var pins = state.pins, groups = [];
    groups.push(["", listGoals().map(function (goal) {
      return [goal[1], pins.map(function (p) { return showFigure(goal[0], p, goal[2]); }), pins.map(function (p) { return changeFigure(goal[0], p, pins[0]); }), goal[2]];
    })]);
    var of = function (title, names, value, differing) {
      var rows = names.map(function (name, i) {
        var values = pins.map(function (p) { return planned(p) ? value(p, i, name) : null; });
        return [name, values.map(function (x) { return x === null ? say("whatif_none") : amount(x); }), values.map(function (x) { return subtract(x, values[0]); }), amount];
      }).filter(function (row) { return !differing || row[2].some(function (x) { return x; }); });
      if (rows.length) { groups.push([title, largest(rows, MOST_ROWS, weighRow)]); }
    };
    var column = function (name, key) { return function (p, i) { return table(name, p)[key][i]; }; };
    of(say("whatif_aid_county", {money: data.money}), words("counties", 0), column("counties", "aid"));
    of(say("whatif_chart_jobs"), words("counties", 0), column("counties", "jobs_gained"));
    of(say("whatif_aid_category", {money: data.money}), words("pairs", 1), function (p, i, name) { return total("pairs", p, "aid", name, 1); });
    of(say("whatif_spent", {money: data.money}), words("funds", 0), function (p, i, name) { return total("funds", p, "spent", name, 0); });
    of(say("whatif_cost_measure", {money: data.money}), data.tables.measures.names[state.lang].map(function (name) { return name[0] + " · " + name[1]; }), column("measures", "cost"), true);
    return groups;
  }
  function renderPins(point) {
    var pins = state.pins, held = pins.indexOf(point) >= 0;
    at("pin").textContent = say(held ? "whatif_unpin" : "whatif_pin");
    at("pin").setAttribute("aria-pressed", String(held));
    if (!pins.length) { return fill("pins-body", make("p", {class: "note"}, say("whatif_no_pins"))); }
    var head = make("tr", {}, [make("th", {scope: "col"}, say("whatif_what"))].concat(pins.map(function (p, k) {
      return make("th", {scope: "col", class: "n"}, [say("whatif_pin_number", {number: k + 1}), make("small", {}, tellPlace(p)), make("small", {}, say("point_" + data.rows.status[p]) + (planned(p) ? " · " + say("whatif_gap", {gap: data.rows.gap[p]}) : "")),
        button(say("whatif_show"), say("whatif_show") + " " + say("whatif_pin_number", {number: k + 1}), function () { state.at = valuesOf(p); render(); }),
        button("×", say("whatif_remove", {number: k + 1}), function () { state.pins.splice(k, 1); render(); })]);
    })));
    var body = [];
    pinnedRows().forEach(function (group) {
      if (group[0]) { body.push(make("tr", {class: "group"}, make("th", {scope: "colgroup", colspan: pins.length + 1}, group[0]))); }
      group[1].forEach(function (row) {
        body.push(make("tr", {}, [make("th", {scope: "row"}, row[0])].concat(row[1].map(function (text, k) {
          var change = k && row[2][k] ? changed(row[2][k], row[3]) : null;
          return make("td", {class: "n"}, [text, change ? make("small", {}, change.text) : null]);
        }))));
      });
    });
    fill("pins-body", make("div", {class: "table"}, make("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": say("whatif_h_pins")}, make("table", {class: "pinned", id: "table-pins"}, [make("thead", {}, head), make("tbody", {}, body)]))));
  }

  // Sliders are made once a language, and moved after that: a slider that is held must not be replaced.
  function makeSliders() {
    fill("controls", sliders.map(function (slider, j) {
      var numbers = slider.numbers, name = slider.names[state.lang];
      var input = make("input", {type: "range", id: "slider-" + j, min: numbers ? numbers[0] : 0, max: numbers ? numbers[numbers.length - 1] : slider.told.en.length - 1, step: numbers ? "any" : 1});
      input.addEventListener("input", function () { slide(j, Number(input.value)); });
      input.addEventListener("keydown", function (event) {
        var by = {ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1}[event.key];
        if (event.key === "Home" || event.key === "End") { event.preventDefault(); return set(j, event.key === "Home" ? 0 : slider.told.en.length - 1); }
        if (by) { event.preventDefault(); step(j, by); }
      });
      var label = make("label", {"for": "slider-" + j}, [make("span", {}, name), make("output", {id: "value-" + j, "for": "slider-" + j})]);
      var path = make("div", {class: "path"}, [make("span", {}, slider.path), make("span", {class: "of"}, say("whatif_today_is", {value: slider.told[state.lang][slider.today]}))]);
      var middle = make("div", {}, [make("div", {class: "dots", id: "dots-" + j, "aria-hidden": "true"}), input]);
      return make("div", {class: "slider"}, [label, path, make("div", {class: "rail"}, [
        button("‹", say("whatif_previous", {name: name}), function () { step(j, -1); }), middle, button("›", say("whatif_next", {name: name}), function () { step(j, 1); })])]);
    }));
  }
  var heights = data.rows.objective.filter(function (x) { return x !== null; }), low = Math.min.apply(null, heights), high = Math.max.apply(null, heights);
  function renderDots(j, shown) {
    var numbers = sliders[j].numbers, size = sliders[j].told.en.length, dots = [];
    for (var i = 0; i < size; i++) {
      var place = data.places[shown].slice();
      place[j] = i;
      var point = byPlace[place.join(" ")];
      if (point === undefined) { continue; }
      var x = numbers ? (numbers[i] - numbers[0]) / (numbers[size - 1] - numbers[0] || 1) : i / (size - 1 || 1), y = planned(point) ? (data.rows.objective[point] - low) / (high - low || 1) : 0;
      var dot = make("span", {class: (planned(point) ? "" : "none") + (point === shown ? " on" : ""), title: sliders[j].told[state.lang][i] + ": " + (planned(point) ? amount(data.rows.objective[point]) : say("point_" + data.rows.status[point])), style: {left: 100 * x + "%", bottom: 8 + 78 * y + "%"}});
      dot.addEventListener("click", set.bind(null, j, i));
      dots.push(dot);
    }
    at("dots-" + j).replaceChildren.apply(at("dots-" + j), dots);
  }

  function render() {
    var exactly = solved(), point = exactly < 0 ? nearest() : exactly;
    sliders.forEach(function (slider, j) {
      var input = at("slider-" + j);
      if (Number(input.value) !== state.at[j]) { input.value = state.at[j]; }
      input.setAttribute("aria-valuetext", tellValue(j));
      at("value-" + j).textContent = tellValue(j);
      renderDots(j, point);
    });
    var where = exactly < 0 ? say("whatif_not_solved", {place: tellPlace(point)}) : !planned(point) ? say("whatif_here_none", {status: say("point_" + data.rows.status[point])}) : say(point === 0 ? "whatif_here_today" : "whatif_here");
    at("where").textContent = where;
    at("where").parentNode.classList.toggle("not", exactly < 0 || !planned(point));
    at("nearest").hidden = exactly >= 0;
    at("told").textContent = "";
    at("shown").textContent = say("whatif_shown", {place: tellPlace(point)});
    document.body.dataset.point = point;
    document.querySelectorAll(".planned").forEach(function (section) { section.hidden = !planned(point); });
    renderRow(point);
    if (planned(point)) { renderGains(point); renderChanges(point); renderPlan(point); }
    renderPins(point);
    write();
  }
  function speak(lang) {
    state.lang = lang;
    document.documentElement.lang = {zh: "zh-CN"}[lang] || lang;
    document.querySelectorAll("[data-say]").forEach(function (one) { one.textContent = say(one.dataset.say, one.dataset); });
    document.querySelectorAll("[data-label]").forEach(function (one) { one.setAttribute("aria-label", say(one.dataset.label)); });
    document.querySelectorAll("[data-lang]").forEach(function (one) { one.setAttribute("aria-pressed", String(one.dataset.lang === lang)); });
    makeSliders();
    render();
  }

  // The address: #at=0.9;2&pins=3,7&lang=zh. Whatever is not understood is as at first.
  function write() { // a while after the last move: browsers refuse an address that changes with every step of a drag
    clearTimeout(writing);
    writing = setTimeout(function () {
      var text = "#at=" + state.at.join(";") + (state.pins.length ? "&pins=" + state.pins.join(",") : "") + "&lang=" + state.lang;
      if (location.hash !== text) { written = text; location.replace(text); }
    }, 200);
  }
  function restore() {
    var given = new URLSearchParams(location.hash.slice(1)), values = (given.get("at") || "").split(";");
    var start = valuesOf(0);
    state = {at: start, pins: [], lang: Object.keys(texts).indexOf(given.get("lang")) >= 0 ? given.get("lang") : data.lang};
    if (values.length === sliders.length) { state.at = values.map(function (text, j) { return understand(j, text, start[j]); }); }
    (given.get("pins") || "").split(",").forEach(function (text) {
      var point = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      if (point >= 0 && point < data.places.length && state.pins.indexOf(point) < 0 && state.pins.length < MOST_PINS) { state.pins.push(point); }
    });
    speak(state.lang);
  }
  function understand(j, text, otherwise) {
    var numbers = sliders[j].numbers, value = text.trim() === "" ? NaN : Number(text), last = sliders[j].told.en.length - 1;
    if (numbers === null) { return Number.isInteger(value) && value >= 0 && value <= last ? value : otherwise; }
    return isFinite(value) && value >= numbers[0] && value <= numbers[last] ? value : otherwise;
  }

  at("nearest").addEventListener("click", function () { state.at = valuesOf(nearest()); render(); });
  at("today").addEventListener("click", function () { state.at = valuesOf(0); render(); });
  at("print").addEventListener("click", function () { window.print(); });
  at("pin").addEventListener("click", function () {
    var point = current(), k = state.pins.indexOf(point), full = k < 0 && state.pins.length >= MOST_PINS;
    if (k >= 0) { state.pins.splice(k, 1); } else if (!full) { state.pins.push(point); }
    render();
    if (full) { at("told").textContent = say("whatif_pin_full"); }
  });
  document.querySelectorAll("[data-lang]").forEach(function (one) { one.addEventListener("click", function () { speak(one.dataset.lang); }); });
  window.addEventListener("hashchange", function () {
    var own = location.hash === written;
    written = "";
    if (!own) { restore(); }
  });
  restore();
})();
