// Small custom elements and keys over server-rendered pages. No words live here: texts come in data-* attributes.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const body = document.body;
const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog");
const say = (text) => { $("#live").textContent = text; };
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// ---- htmx: the CSRF header, the sheet, going offline ----
body.addEventListener("htmx:configRequest", (e) => {
  e.detail.headers["X-CSRFToken"] = body.dataset.csrf;
  if (e.detail.verb === "get") for (const [name, value] of Object.entries(e.detail.parameters)) if (value === "") delete e.detail.parameters[name];
});
body.addEventListener("htmx:sendError", () => { $("#offline").hidden = false; });
body.addEventListener("htmx:afterRequest", (e) => { if (e.detail.successful) $("#offline").hidden = true; });
addEventListener("offline", () => { $("#offline").hidden = false; });
addEventListener("online", () => { $("#offline").hidden = true; });
body.addEventListener("htmx:afterSwap", (e) => {
  const sheet = $("#sheet");
  if (e.detail.target === sheet && sheet.innerHTML.trim() && !sheet.open) sheet.showModal();
});
body.addEventListener("sheet-close", () => $("#sheet").close());

// ---- toasts stay eight seconds, longer while hovered or focused ----
function time(toast) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}
const toasts = $("#toasts");
if (toasts) {
  $$(".toast", toasts).forEach(time);
  new MutationObserver((records) => records.forEach((r) => r.addedNodes.forEach((n) => n.classList?.contains("toast") && time(n)))).observe(toasts, { childList: true });
}

// ---- clicks that need no server ----
document.addEventListener("click", (e) => {
  const hit = (selector) => e.target.closest(selector);
  for (const menu of $$("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
  if (hit("[data-close]")) hit("dialog, .toast")?.[hit("dialog") ? "close" : "remove"]();
  if (hit("[data-open]")) { e.preventDefault(); $(hit("[data-open]").dataset.open)?.showModal(); }
  if (hit("[data-theme-to]")) document.documentElement.dataset.theme = hit("[data-theme-to]").dataset.themeTo;
  if (hit("[data-copy]")) { navigator.clipboard?.writeText(hit("[data-copy]").dataset.copy); say(hit("[data-copy]").dataset.copied); }
  if (e.target.nodeName === "DIALOG") e.target.close();
});
document.addEventListener("change", (e) => { if (e.target.closest("[data-auto]")) e.target.form.requestSubmit(); });
for (const hider of $$("[data-nojs]")) hider.hidden = true;

// ---- keys; single letters can be switched off by the person (WCAG 2.1.4) ----
let waiting = false;
document.addEventListener("keydown", (e) => {
  const key = e.key.toLowerCase();
  if (key === "escape") $$("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || body.dataset.keys === "off") return;
  const go = JSON.parse(body.dataset.go || "{}");
  if (waiting && go[key]) { location.href = go[key]; return; }
  waiting = key === "g";
  if (waiting) setTimeout(() => { waiting = false; }, 1200);
  const target = key === "/" ? $("[data-filter]") : key === "?" ? $("#shortcuts") : $(`main [data-key="${CSS.escape(key)}"], .top [data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  e.preventDefault();
  if (target.showModal) target.showModal(); else if (target.matches("input")) target.focus(); else target.click();
});

// ---- charts: an SVG drawn by the server at our own width ----
customElements.define("x-chart", class extends HTMLElement {
  connectedCallback() {
    const width = Math.max(240, Math.floor(this.clientWidth / 20) * 20);
    const join = this.dataset.src.includes("?") ? "&" : "?";
    fetch(`${this.dataset.src}${join}w=${width}&l=${document.documentElement.lang}`).then((r) => (r.ok ? r.text() : Promise.reject(r.status))).then((svg) => {
      this.innerHTML = svg;
      this.wire();
    }).catch(() => { this.textContent = this.dataset.failed; });
  }
  wire() {
    const marks = $$("a[href]", this);
    marks.forEach((mark, i) => { mark.tabIndex = i ? -1 : 0; });
    this.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      const next = step && marks[marks.indexOf(document.activeElement) + step];
      if (!next) return;
      e.preventDefault();
      marks.forEach((mark) => { mark.tabIndex = mark === next ? 0 : -1; });
      next.focus();
    });
    for (const on of ["pointerover", "focusin"]) this.addEventListener(on, (e) => this.tip(e.target));
    for (const off of ["pointerleave", "focusout"]) this.addEventListener(off, () => this.tip(null));
  }
  tip(target) {
    $(".tip", this)?.remove();
    const mark = target?.closest("a[aria-label]");
    if (!mark) return;
    const tip = Object.assign(document.createElement("div"), { className: "tip", textContent: mark.getAttribute("aria-label") });
    this.append(tip);
    const spot = mark.getBoundingClientRect(), frame = this.getBoundingClientRect();
    const left = spot.x + spot.width / 2 - frame.x - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${spot.y - frame.y > tip.offsetHeight + 8 ? spot.y - frame.y - tip.offsetHeight - 6 : spot.bottom - frame.y + 6}px`;
  }
});

// ---- tables: pick rows, walk them, edit in place ----
customElements.define("x-table", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (e) => this.changed(e.target));
    this.addEventListener("focusout", (e) => this.left(e));
    this.addEventListener("submit", (e) => { if (e.target.matches(".edit")) e.target.dataset.done = "1"; }, true);
    this.addEventListener("keydown", (e) => this.editKey(e));
    this.onkey = (e) => this.walk(e);
    document.addEventListener("keydown", this.onkey);
    this.addEventListener("click", (e) => { if (e.target.closest("[data-unpick]")) this.pickAll(false); });
    this.count();
  }
  disconnectedCallback() { document.removeEventListener("keydown", this.onkey); }
  get rows() { return $$("tbody tr[data-href]", this); }
  get here() { return $("tr.is-here", this); }
  changed(input) {
    if (input.matches("[data-all]")) this.pickAll(input.checked);
    else if (input.name === "id") this.count();
    else if (input.matches(".edit select")) input.form.requestSubmit();
  }
  pickAll(on) { $$("input[name=id]", this).forEach((box) => { box.checked = on; }); this.count(); }
  count() {
    const boxes = $$("input[name=id]", this), picked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-on", box.checked));
    const bar = $("[data-bulk]", this), all = $("[data-all]", this);
    if (all) { all.checked = picked.length > 0 && picked.length === boxes.length; all.indeterminate = picked.length > 0 && !all.checked; }
    if (bar) { bar.hidden = !picked.length; $("[data-count]", bar).textContent = picked.length; }
  }
  editKey(e) {
    const edit = e.target.closest(".edit");
    if (edit && e.key === "Escape") { e.preventDefault(); edit.dataset.done = "1"; $("[data-cancel]", edit).click(); }
  }
  left(e) {
    const edit = e.target.closest(".edit");
    if (!edit || edit.dataset.done || edit.contains(e.relatedTarget)) return;
    const input = $("input:not([type=hidden]), select", edit);
    if (!input?.isConnected || $(".error", edit)) return;
    edit.dataset.done = "1";
    if (input.matches("input") && input.value !== input.defaultValue) edit.requestSubmit(); else $("[data-cancel]", edit).click();
  }
  walk(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || body.dataset.keys === "off") return;
    const row = this.here, at = this.rows.indexOf(row);
    const act = {
      j: () => this.stand(this.rows[at + 1]),
      k: () => this.stand(this.rows[Math.max(0, at - 1)]),
      x: () => row && $("input[name=id]", row)?.click(),
      e: () => row && $("button.cell", row)?.click(),
      Enter: () => row && !e.target.closest("a, button, summary") && (location.href = row.dataset.href),
    }[e.key];
    if (act && act() !== false && e.key !== "Enter") e.preventDefault();
  }
  stand(row) {
    if (!row) return;
    this.here?.classList.remove("is-here");
    row.classList.add("is-here");
    $("a[href]", row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
});

// ---- board: drag with the mouse, or Space, arrows, Space ----
customElements.define("x-board", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (e) => this.press(e));
    this.addEventListener("keydown", (e) => this.key(e));
    this.addEventListener("dragstart", (e) => e.preventDefault());
  }
  get columns() { return $$("[data-stage]", this).filter((column) => column.matches(".col")); }
  send(card, stage) {
    const url = fill(this.dataset.move, { id: card.dataset.id });
    this.dataset.focus = card.dataset.id;
    return htmx.ajax("POST", url, { source: this, target: "#board", swap: "outerHTML", values: { stage } }).then(() => {
      $(`#board [data-id="${card.dataset.id}"] a`)?.focus();
    });
  }
  close(card, result) {
    const url = fill(this.dataset.closure, { id: card.dataset.id });
    if (result === "lost") return htmx.ajax("GET", `${url}?result=lost`, { source: this, target: "#sheet", swap: "innerHTML" });
    return htmx.ajax("POST", url, { source: this, target: "#board", swap: "outerHTML", values: { result } });
  }
  press(e) {
    const card = e.target.closest(".kard");
    if (!card || e.button || e.pointerType === "touch" || e.target.closest("button, summary, details")) return;
    const from = { x: e.clientX, y: e.clientY }, box = card.getBoundingClientRect();
    let flying = null, over = null;
    const move = (m) => {
      if (!flying && Math.hypot(m.clientX - from.x, m.clientY - from.y) < 6) return;
      flying ??= this.take(card);
      flying.style.left = `${box.x + m.clientX - from.x}px`;
      flying.style.top = `${box.y + m.clientY - from.y}px`;
      const spot = document.elementFromPoint(m.clientX, m.clientY)?.closest("[data-stage], [data-result]");
      if (spot !== over) { over?.classList.remove("is-target"); spot?.classList.add("is-target"); over = spot; }
    };
    const stop = (u) => {
      removeEventListener("pointermove", move); removeEventListener("pointerup", stop); removeEventListener("keydown", cancel);
      if (!flying) return;
      flying.remove(); card.classList.remove("is-ghost"); body.classList.remove("is-dragging"); $(".drops", this).hidden = true; over?.classList.remove("is-target");
      const swallow = (c) => { c.preventDefault(); c.stopPropagation(); }; // the click that ends a drag opens nothing
      addEventListener("click", swallow, true);
      setTimeout(() => removeEventListener("click", swallow, true), 0);
      if (u.type === "pointerup" && over) this.drop(card, over);
    };
    const cancel = (k) => { if (k.key === "Escape") stop(k); };
    addEventListener("pointermove", move); addEventListener("pointerup", stop); addEventListener("keydown", cancel);
  }
  take(card) {
    const flying = card.cloneNode(true);
    flying.classList.add("is-flying");
    card.classList.add("is-ghost");
    body.classList.add("is-dragging");
    body.append(flying);
    $(".drops", this).hidden = false;
    return flying;
  }
  drop(card, spot) {
    if (spot.dataset.result) return this.close(card, spot.dataset.result);
    if (card.closest("[data-stage]") === spot) return null;
    $("ol", spot).prepend(card);
    return this.send(card, spot.dataset.stage);
  }
  key(e) {
    const card = e.target.closest(".kard");
    if (!card || e.target.closest("details")) return;
    const lifted = card.classList.contains("is-lifted"), name = card.dataset.name;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[e.key], up = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[e.key];
    const column = card.closest(".col"), next = side && this.columns[this.columns.indexOf(column) + side];
    if (e.key === " ") {
      if (!lifted) { card.home = column; card.after = card.nextElementSibling; card.classList.add("is-lifted"); say(fill(this.dataset.lifted, { name })); }
      else { card.classList.remove("is-lifted"); say(fill(this.dataset.dropped, { name, stage: column.dataset.name })); if (card.home !== column) this.send(card, column.dataset.stage); }
    } else if (e.key === "Escape" && lifted) {
      card.classList.remove("is-lifted"); $("ol", card.home).insertBefore(card, card.after); $("a", card).focus(); say(fill(this.dataset.back, { name }));
    } else if (next && lifted) {
      $("ol", next).prepend(card); $("a", card).focus(); card.scrollIntoView({ block: "nearest", inline: "nearest" }); say(fill(this.dataset.over, { name, stage: next.dataset.name }));
    } else if (next) $(".kard a", next)?.focus();
    else if (up && !lifted) $("a", card[up] || card).focus();
    else return;
    e.preventDefault();
  }
});

// ---- palette: records, places and actions under one key ----
customElements.define("x-palette", class extends HTMLElement {
  connectedCallback() {
    this.dialog = $("dialog", this); this.input = $("input", this); this.list = $("[role=listbox]", this);
    document.addEventListener("keydown", (e) => { if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") { e.preventDefault(); this.open(); } });
    document.addEventListener("click", (e) => { if (e.target.closest("[data-palette]")) { e.preventDefault(); this.open(); } });
    this.input.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), 90); });
    this.input.addEventListener("keydown", (e) => this.key(e));
    this.list.addEventListener("click", (e) => this.choose(e.target.closest("[role=option]"), e.metaKey || e.ctrlKey));
    this.list.addEventListener("pointermove", (e) => this.select(e.target.closest("[role=option]")));
  }
  get options() { return $$("[role=option]", this.list); }
  get chosen() { return $("[aria-selected=true]", this.list); }
  open() { if (!this.dialog.open) { this.dialog.showModal(); this.input.select(); this.look(); } }
  async look() {
    const asked = this.input.value;
    const answer = await fetch(`${this.dataset.src}?q=${encodeURIComponent(asked)}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || asked !== this.input.value) return;
    this.list.innerHTML = await answer.text();
    this.select(this.options[0]);
    say(fill(this.dataset.found, { count: this.options.length }));
  }
  select(option) {
    if (!option || option === this.chosen) return;
    this.options.forEach((o) => o.setAttribute("aria-selected", o === option));
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key], all = this.options;
    if (step) { e.preventDefault(); this.select(all[(all.indexOf(this.chosen) + step + all.length) % all.length]); }
    if (e.key === "Enter") { e.preventDefault(); this.choose(this.chosen, e.metaKey || e.ctrlKey); }
  }
  choose(option, apart) {
    if (!option) return;
    if (apart) open(option.dataset.href, "_blank", "noopener"); else location.href = option.dataset.href;
  }
});

// ---- combo: a text input with suggestions from the server ----
customElements.define("x-combo", class extends HTMLElement {
  connectedCallback() {
    this.input = $("input[role=combobox]", this); this.hidden_ = $("input[type=hidden]", this); this.list = $("[role=listbox]", this);
    this.input.addEventListener("input", () => { this.hidden_.value = ""; clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), 120); });
    this.input.addEventListener("keydown", (e) => this.key(e));
    this.input.addEventListener("blur", () => setTimeout(() => this.show(false), 150));
    this.list.addEventListener("pointerdown", (e) => { e.preventDefault(); this.take(e.target.closest("[role=option]")); });
  }
  show(on) { this.list.hidden = !on; this.input.setAttribute("aria-expanded", on); }
  async look() {
    const to = new URL(this.dataset.src, location);
    to.searchParams.set("q", this.input.value);
    const answer = await fetch(to, { headers: { "HX-Request": "true" } });
    this.list.innerHTML = answer.ok ? await answer.text() : "";
    this.show(this.list.children.length > 0);
  }
  key(e) {
    const all = $$("[role=option]", this.list), at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && all.length) {
      e.preventDefault();
      const next = all[(at + step + all.length) % all.length];
      all.forEach((o) => o.setAttribute("aria-selected", o === next));
      this.input.setAttribute("aria-activedescendant", next.id);
    }
    if (e.key === "Enter" && !this.list.hidden && at >= 0) { e.preventDefault(); this.take(all[at]); }
    if (e.key === "Escape") this.show(false);
  }
  take(option) {
    if (!option) return;
    this.input.value = option.dataset.text; this.hidden_.value = option.dataset.value;
    this.show(false);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// ---- a dial: a number and a slider that say the same; only the number is sent ----
customElements.define("x-dial", class extends HTMLElement {
  connectedCallback() {
    const number = $("input[type=number]", this), range = $("input[type=range]", this);
    range.hidden = false;
    range.addEventListener("input", () => { number.value = range.value; });
    number.addEventListener("input", () => { range.value = number.value || 0; });
  }
});

// ---- a file field that also takes what is dropped on it ----
customElements.define("x-dropfile", class extends HTMLElement {
  connectedCallback() {
    const input = $("input[type=file]", this), names = $("[data-names]", this);
    const shown = () => { if (names) names.textContent = [...input.files].map((f) => f.name).join(", "); };
    input.addEventListener("change", shown);
    for (const kind of ["dragover", "dragenter"]) this.addEventListener(kind, (e) => { e.preventDefault(); this.classList.add("is-over"); });
    for (const kind of ["dragleave", "drop"]) this.addEventListener(kind, () => this.classList.remove("is-over"));
    this.addEventListener("drop", (e) => { e.preventDefault(); input.files = e.dataTransfer.files; shown(); });
  }
});
