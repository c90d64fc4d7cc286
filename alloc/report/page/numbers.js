"use strict";

// Numbers as texts/figures.py writes them, to the last digit.
function fixed(value, digits) {
  if (value === null || !isFinite(value)) { return "?"; }
  const all = Math.abs(value).toFixed(100), point = all.indexOf(".");
  let text = Math.abs(value).toFixed(digits);
  if (/^50*$/.test(all.slice(point + 1 + digits))) { // a tie goes to the even digit, where toFixed goes up
    const below = all.slice(0, digits ? point + 1 + digits : point);
    if (Number(below.slice(-1)) % 2 === 0) { text = below; }
  }
  const parts = text.split(".");
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0 && /[1-9]/.test(text) ? "\u2212" : "") + parts.join(".");
}
function decimals(size) {
  if (size >= 0.95 || size < 1e-9 || Number(size.toFixed(1)) === size) { return 1; }
  return Math.min(2 - Math.floor(Math.log10(size)), 9);
}
function amount(value) { return fixed(value, value === null ? 1 : decimals(Math.abs(value))); }
function count(value) { return fixed(value, 0); }
function signed(value, shown) { return (value >= 1e-9 ? "+" : "") + shown(value); }
