/* The pages outside the app work without this file; with it the university is found while typing, empty fields are
   marked before anything is sent, and a password can be shown. */
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const read = (id) => { const node = byId(id); return node ? JSON.parse(node.textContent) : null; };
  const words = read("words") || {};

  document.querySelectorAll("[data-show]").forEach((button) => {
    button.addEventListener("click", () => {
      const input = byId(button.dataset.show);
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.setAttribute("aria-label", shown ? words.show : words.hide);
    });
  });

  const say = (input, text) => {
    byId(input.getAttribute("aria-describedby")).textContent = text;
    if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  };

  const form = byId("login-form") || byId("forgot-form");
  if (!form) {
    const first = document.querySelector("main form input:not([type=hidden])");
    if (first) first.focus();
    return;
  }

  /* ---- the university box ---------------------------------------------------------------------------- */
  const all = read("universities");
  const box = byId("university_text"), list = byId("university-list"), code = byId("university");
  const SHOWN = 50;
  let found = [], active = -1;

  const normal = (text) => text.normalize("NFKC").trim().toLowerCase();
  const rank = (item, text) => {
    const name = normal(item.n), zh = normal(item.z), [full = "", initials = ""] = item.w.split(" ");
    if (item.c.toLowerCase() === text) return 0;
    if (name.startsWith(text) || zh.startsWith(text)) return 1;
    if (initials.startsWith(text)) return 2;
    if (full.startsWith(text)) return 3;
    if (name.includes(text) || zh.includes(text)) return 4;
    if (item.c.toLowerCase().startsWith(text)) return 5;
    if (initials.includes(text) || full.includes(text)) return 6;
    return -1;
  };
  const search = (text) => {
    if (!text) return all.slice(0, SHOWN);
    return all.map((item, i) => [rank(item, text), i, item]).filter(([r]) => r >= 0)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, SHOWN).map(([, , item]) => item);
  };
  const mark = (index) => {
    active = index;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === active)));
    const node = list.children[active];
    if (node && found.length) { box.setAttribute("aria-activedescendant", node.id); node.scrollIntoView({ block: "nearest" }); }
    else box.removeAttribute("aria-activedescendant");
  };
  const open = (items) => {
    found = items;
    list.replaceChildren(...(items.length ? items : [null]).map((item, i) => {
      const node = document.createElement("li");
      node.id = "university-" + i;
      node.setAttribute("role", "option");
      if (!item) { node.className = "none"; node.textContent = words.no_match; return node; }
      const name = document.createElement("span"), place = document.createElement("small");
      name.textContent = item.n;
      place.textContent = item.p;
      node.append(name, place);
      node.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      return node;
    }));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    mark(items.length && box.value ? 0 : -1);
  };
  const close = () => { list.hidden = true; active = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const choose = (item) => {
    box.value = item.n;
    code.value = item.c;
    say(box, "");
    close();
  };
  const settle = () => {  /* leaving the box: what was typed names one university, or none yet */
    const text = normal(box.value);
    const exact = all.filter((item) => text && [normal(item.n), normal(item.z), item.c.toLowerCase()].includes(text));
    const matches = exact.length ? exact : text ? search(text) : [];
    if (matches.length === 1) choose(matches[0]); else if (!exact.length) code.value = "";
    close();
  };

  box.addEventListener("input", (event) => { code.value = ""; if (!event.isComposing) open(search(normal(box.value))); });
  box.addEventListener("compositionend", () => open(search(normal(box.value))));
  box.addEventListener("click", () => { if (list.hidden) open(search(code.value ? "" : normal(box.value))); });
  box.addEventListener("blur", settle);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = found.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { open(search(code.value ? "" : normal(box.value))); mark(event.key === "ArrowDown" ? 0 : found.length - 1); return; }
      if (last < 0) return;
      mark(event.key === "ArrowDown" ? (active >= last ? 0 : active + 1) : (active <= 0 ? last : active - 1));
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (found[active]) { choose(found[active]); byId("username").focus(); }
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Tab" && !list.hidden && found[active] && box.value) {
      choose(found[active]);
    }
  });

  /* ---- sending ------------------------------------------------------------------------------------------ */
  const REMEMBERED = "yanshu_university";
  form.addEventListener("submit", (event) => {
    settle();
    const empty = ["university_text", "username", "password", "contact"].map(byId).filter(Boolean)
      .map((input) => [input, input.type === "password" ? input.value : input.value.trim(), words["need_" + (input === box ? "university" : input.id)]]);
    empty.forEach(([input, value, text]) => say(input, value ? "" : text));
    const first = empty.find(([, value]) => !value);
    if (first) { event.preventDefault(); first[0].focus(); return; }
    try { localStorage.setItem(REMEMBERED, code.value); } catch (_) { /* a private window keeps nothing */ }
    form.querySelector("button.primary").disabled = true;
  });
  window.addEventListener("pageshow", () => { form.querySelector("button.primary").disabled = false; });

  let remembered = "";
  try { remembered = localStorage.getItem(REMEMBERED) || ""; } catch (_) { /* a private window keeps nothing */ }
  const known = !box.value && all.find((item) => item.c === remembered);
  if (known) choose(known);
  const summary = byId("summary");
  const wrong = form.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
  else if (!summary.hidden) (byId("password") || byId("username")).focus();
  else if (code.value) byId("username").focus();
})();
