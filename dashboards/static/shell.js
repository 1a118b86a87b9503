/* The page around Streamlit: Chinese for its built-in English words, commands from the app, the chosen theme.
   Runs before the first paint; touches framework nodes only, never data. */
(() => {
  "use strict";
  const english = document.documentElement.lang.toLowerCase().startsWith("en");
  const cookie = (name) => (document.cookie.match(new RegExp("(?:^|; )" + name + "=([^;]*)")) || [])[1];

  /* Where the app answers. Without it Streamlit first tries every folder of the page's own address and each miss
     is an error in the browser's console, and a round trip before the page begins. */
  window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };

  /* Calendars and number formats follow navigator.language. */
  const locale = english ? "en-GB" : "zh-CN";
  try {
    Object.defineProperty(navigator, "language", { get: () => locale });
    Object.defineProperty(navigator, "languages", { get: () => [locale] });
  } catch (_) { /* a browser that refuses keeps its own */ }

  /* The theme is kept per path by Streamlit; the cookie makes it one choice. */
  const theme = cookie("yanshu_theme");
  if (theme) {
    try { localStorage.setItem("stActiveTheme-" + location.pathname + "-v2", JSON.stringify(theme)); } catch (_) { }
  }

  /* ---- words ---------------------------------------------------------------------------------------- */
  const WORDS = {
    "Choose an option": "请选择", "Choose options": "请选择", "Choose or add an option": "选择或新增",
    "Choose or add options": "选择或新增", "Add an option": "新增一项", "Add options": "新增",
    "No options to select": "没有可选项", "No options to select.": "没有可选项", "No results": "没有匹配项", "No results.": "没有匹配项",
    "Select all": "全选", "Clear all": "清除", "Clear value": "清除", "Clear": "清除", "Open": "展开", "Dismiss": "关闭",
    "Press Enter to apply": "", "Press Enter to submit form": "", "Press ⌘+Enter to apply": "", "Press Ctrl+Enter to apply": "",
    "Press Ctrl+Enter to submit form": "", "Press ⌘+Enter to submit form": "",
    "(required)": "（必填）", "This field is required.": "必填", "Enter a valid email address.": "邮箱格式不对",
    "Enter a valid URL.": "网址格式不对", "Show password text": "显示密码", "Hide password text": "隐藏密码",
    "Show password": "显示密码", "Hide password": "隐藏密码", "Clear search": "清除", "Search": "查找",
    "Choose date": "选择日期", "Choose a date": "选择日期", "Choose date range": "选择起止日期", "Choose date and time": "选择日期和时间",
    "Select a date": "选择日期", "Select a date.": "选择日期", "Date range": "快捷范围", "Select...": "请选择",
    "Previous month.": "上个月", "Next month.": "下个月", "Previous month": "上个月", "Next month": "下个月",
    "Previous year": "上一年", "Next year": "下一年", "Time": "时间", "Calendar": "日历", "None": "无",
    "Past Week": "近一周", "Past Month": "近一月", "Past 3 Months": "近三月", "Past 6 Months": "近半年", "Past Year": "近一年", "Past 2 Years": "近两年",
    "year": "年", "month": "月", "day": "日", "Upload": "选择文件", "Upload files": "选择文件", "Add files": "添加文件",
    "Browse files": "选择文件", "Drag and drop files here": "拖到这里", "Drag and drop file here": "拖到这里",
    "Add row": "新增一行", "Delete row(s)": "删除所选行", "Delete rows": "删除所选行", "Delete row": "删除所选行",
    "Show/hide columns": "显示列", "Columns": "列", "Type to search": "输入要找的内容", "Previous Result": "上一处", "Next Result": "下一处",
    "Fullscreen": "全屏", "Close fullscreen": "退出全屏", "View fullscreen": "全屏", "Exit fullscreen": "退出全屏", "Clear selection": "取消选择",
    "Download as CSV": "", "Sort ascending": "升序", "Sort descending": "降序", "Format": "格式", "Autosize": "适合宽度",
    "Pin column": "固定列", "Unpin column": "取消固定", "Hide column": "隐藏列", "Statistics": "统计", "(index)": "（序号）", "Loading...": "正在读取",
    "Skip to main content": "跳到正文", "App pages": "页面", "Main menu": "菜单", "Link to heading": "此处链接", "Pagination": "分页",
    "Previous page": "上一页", "Next page": "下一页", "Close": "关闭", "Close dialog": "关闭", "Open sidebar": "展开菜单", "Close sidebar": "收起菜单",
    "Collapse sidebar": "收起菜单", "Expand sidebar": "展开菜单", "Page not found": "没有这个页面", "Connection error": "连接中断",
    "Connecting": "正在连接", "Running...": "正在处理", "Stop": "停止", "Rerun": "重新读取", "Deploy": "", "Made with Streamlit": "",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": "请检查网络，稍后会自动重新连接。",
    "Streamlit server is not responding. Are you connected to the internet?": "服务器没有应答，请检查网络，稍后会自动重新连接。",
    "You can try refreshing the page or reload if the problem persists.": "可以刷新页面后重试。",
    "The page that you have requested does not seem to exist. Running the app's main page.": "没有这个页面，已打开首页。",
    "Please wait...": "请稍候", "App loading": "正在打开", "This app has encountered an error.": "这一步没有成功。",
    "This app has encountered an error. The original error message is redacted to prevent data leaks.": "这一步没有成功。",
    "Oh no.": "这一步没有成功", "Error running app.": "这一步没有成功", "Error": "错误", "Warning": "提示", "Info": "说明", "Success": "完成",
    "Help": "说明", "Remove": "移除", "Retry": "重试", "Cancel": "取消", "Edit": "修改", "Undo": "撤销", "Copy to clipboard": "复制", "Copied": "已复制",
    "Increment": "加一", "Decrement": "减一", "Increment value": "加一", "Decrement value": "减一", "empty": "没有内容", "Show more": "更多", "Show less": "收起", "More": "更多",
    "Use arrow keys to navigate the calendar": "用方向键选择日期", "Sidebar navigation": "菜单", "Sidebar": "菜单", "Page navigation": "菜单", "Notifications": "通知",
    "Toggle dropdown": "展开", "Show options": "展开", "Open dropdown": "展开", "Close dropdown": "收起", "Application logo": "研数", "Navigate to home page": "回到首页", "Vega visualization": "走势图", "Logo": "研数", "App logo": "研数",
  };
  const PATTERNS = [
    [/^Add: (.*)$/s, "新增：$1"], [/^(\d+) options? available\.?$/, "$1 项可选"], [/^(\d+) results? available\.?$/, "$1 项可选"],
    [/^(\d+)([KMG])B per file(.*)$/, "每个文件不超过 $1 $2B"], [/^Limit (\d+)([KMG])B per file(.*)$/, "每个文件不超过 $1 $2B"],
    [/^Drag and drop.*$/, "拖到这里"], [/^Remove (.+)$/s, "移除 $1"], [/^(.+) files are not allowed\.?$/, "不支持 $1 文件"],
    [/^Help for (.+)$/s, "$1 的说明"], [/^Shortcut (.+)$/, "快捷键 $1"], [/^Page (\d+)$/, "第 $1 页"], [/^Go to page (\d+)$/, "第 $1 页"],
    [/^Page (\d+) of (\d+)$/, "第 $1 页，共 $2 页"], [/^Selected Date: (.*)$/, "已选日期：$1"], [/^Selected (.+)\. (.*)$/, "已选 $1"],
    [/^Error: (.*)$/s, "错误：$1"], [/^(.+) outside allowed range(.*)$/s, "$1 超出允许范围"], [/^Clear (.+)$/, "清除 $1"], [/^option (.+), selected\.?.*$/s, "已选 $1"],
    [/^year, (.*)$/, "年，$1"], [/^month, (.*)$/, "月，$1"], [/^day, (.*)$/, "日，$1"], [/^(.+) \(required\)$/s, "$1（必填）"],
    [/^(\d+)\/(\d+) \(max\)$/, "$1/$2"], [/^Sort (ascending|descending).*$/, "排序"], [/^File (.+) exceeds.*$/s, "$1 超过大小限制"], [/^File must be .*$/, "文件超过大小限制"],
  ];
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt", "aria-roledescription"];
  const DATA = '[data-testid="stTable"],[data-testid="stText"],[role="grid"],[data-testid="stHtml"],.yanshu-data';
  const MARKDOWN = '[data-testid="stMarkdownContainer"]';
  const FRAMEWORK = '[data-testid="stFileUploader"],[role="dialog"],[data-testid="stAlert"]';

  const word = (text) => {
    const bare = text.trim();
    if (!bare || !/[A-Za-z]/.test(bare)) return null;
    if (Object.prototype.hasOwnProperty.call(WORDS, bare)) return text.replace(bare, WORDS[bare]);
    for (const [pattern, to] of PATTERNS) if (pattern.test(bare)) return bare.replace(pattern, to);
    /* A grid with a name says it after each of its buttons: "Search: 论文列表". */
    const named = /^([A-Z][A-Za-z/ ]+): (.+)$/s.exec(bare);
    if (named && WORDS[named[1]]) return WORDS[named[1]] + "：" + named[2];
    return null;
  };
  const isData = (element) => {
    if (!element || element.closest(DATA)) return true;
    return Boolean(element.closest(MARKDOWN)) && !element.closest(FRAMEWORK);
  };
  const visit = (node) => {
    if (node.nodeType === 3) {
      if (isData(node.parentElement)) return;
      const said = word(node.data);
      if (said !== null && said !== node.data) node.data = said;
      return;
    }
    if (node.nodeType !== 1) return;
    for (const element of [node, ...node.querySelectorAll("*")]) attributes(element);
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) visit(text);
  };
  const attributes = (element) => {
    if (element.closest(DATA)) return;
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (!value) continue;
      const said = word(value);
      if (said !== null && said !== value) element.setAttribute(name, said);
    }
    /* A sparkline repeats the number beside it: screen readers skip it. */
    if (element.getAttribute("data-testid") === "stMetricChart") element.setAttribute("aria-hidden", "true");
  };

  /* ---- commands: the app draws <div data-yanshu="…">, this acts on it -------------------------------- */
  const COMMANDS = {
    go: (element) => { location.assign(element.dataset.to || "/"); },
    logout: () => { fetch("/auth/logout", { method: "POST", credentials: "same-origin" }).finally(() => location.assign("/login")); },
    theme: (element) => {
      document.cookie = "yanshu_theme=" + element.dataset.to + ";path=/;max-age=31536000;samesite=lax";
      for (const key of Object.keys(localStorage)) if (key.startsWith("stActiveTheme-")) localStorage.removeItem(key);
      location.reload();
    },
    reload: () => location.reload(),
    /* The place may still be on its way. With "inner" its control takes the focus, else the place itself. */
    focus: (element) => {
      const { to, inner } = element.dataset;
      const seek = (tries) => {
        const place = document.querySelector(to);
        if (!place) { if (tries) setTimeout(seek, 100, tries - 1); return; }
        const control = inner ? place.querySelector("input:not([type=hidden]),textarea,button,[tabindex='0']") : null;
        if (!control) place.setAttribute("tabindex", "-1");
        (control || place).focus({ preventScroll: false });
        place.scrollIntoView({ block: "nearest" });
      };
      seek(15);
    },
    print: () => print(),
    picture: (element) => picture(element.dataset),
  };
  /* A chart as a picture: its own drawing with title, filters and as-of time above, as large again as on screen. */
  const picture = async ({ to, title, about, file }) => {
    const plot = document.querySelector(to + " .js-plotly-plot");
    if (!plot) return;
    const page = getComputedStyle(document.querySelector('[data-testid="stApp"]'));
    const { width, height } = plot.getBoundingClientRect();
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), head = 58, edge = 16;
    canvas.width = 2 * (width + 2 * edge);
    canvas.height = 2 * (height + head + 2 * edge);
    pen.scale(2, 2);
    pen.fillStyle = page.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = page.color;
    pen.font = "600 16px " + page.fontFamily;
    pen.fillText(title, edge, edge + 14, width);
    pen.font = "12px " + page.fontFamily;
    pen.globalAlpha = .75;
    pen.fillText(about, edge, edge + 36, width);
    pen.globalAlpha = 1;
    for (const drawn of plot.querySelectorAll("svg.main-svg")) {
      const copy = drawn.cloneNode(true);
      copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      const image = new Image();
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
      await image.decode();
      pen.drawImage(image, edge, edge + head, width, height);
    }
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = file;
    link.click();
  };
  /* On paper the panels stand one below the other; the widest chart, drawn for the screen, sets the scale. */
  const PAPER = 700;
  addEventListener("beforeprint", () => {
    const widest = Math.max(0, ...[...document.querySelectorAll(".js-plotly-plot")].map((plot) => plot.offsetWidth));
    const width = Math.max(widest + 44, PAPER);
    document.documentElement.style.setProperty("--paper-width", width + "px");
    document.documentElement.style.setProperty("--paper-scale", String(PAPER / width));
  });
  /* A PDF is shown in a frame of its own. The app cannot draw one: its frames carry the attribute "sandbox", in
     which browsers open no PDF; here the answer's own policy is the box. */
  const frame = (element) => {
    if (element.firstChild || !/^\/files\/\d+\/preview$/.test(element.dataset.preview)) return;
    const inside = document.createElement("iframe");
    inside.src = element.dataset.preview;
    inside.title = element.dataset.name || "";
    element.append(inside);
  };
  /* What the upload box itself refuses it tells in a tooltip, and forgets when the other files of the same upload
     are taken: it is written below the box, by name and rule, until the next upload. */
  const UPBOX = '[class*="st-key-upbox-"]', CHIP = '[data-testid="stFileChip"]', LIST = ".yanshu-refusals";
  const refused = new Map();
  const boxKey = (box) => [...box.classList].find((name) => name.startsWith("st-key-upbox-"));
  const write = (list) => {
    const box = list.closest(UPBOX);
    if (!box) return;
    const lines = (refused.get(boxKey(box)) || []).map(([rule, name]) => {
      const line = document.createElement("p");
      line.textContent = list.dataset[rule].replace("{name}", name);
      return line;
    });
    if (lines.length || list.firstChild) list.replaceChildren(...lines);
  };
  const refusals = (chip) => {
    const box = chip.closest(UPBOX);
    const name = chip.querySelector('[data-testid="stFileChipName"]')?.title;
    const alert = chip.querySelector('[role="alert"]')?.textContent || "";
    if (!box || !name || !alert || chip.dataset.told) return;
    chip.dataset.told = "1";
    const rule = /not allowed|不支持/.test(alert) ? "type" : /or smaller|exceeds|大小/.test(alert) ? "size" : "failed";
    const held = refused.get(boxKey(box)) || [];
    refused.set(boxKey(box), [...held, [rule, name]]);
    for (const list of box.querySelectorAll(LIST)) write(list);
  };
  const begin = (event) => {
    const box = event.target.closest?.(UPBOX);
    if (!box || !(event.type === "drop" || event.target.type === "file")) return;
    refused.delete(boxKey(box));
    for (const list of box.querySelectorAll(LIST)) write(list);
  };
  for (const kind of ["change", "drop"]) document.addEventListener(kind, begin, true);
  const uploads = (root) => {
    const chip = root.closest(CHIP);
    for (const one of chip ? [chip] : root.querySelectorAll(CHIP + '[aria-invalid="true"]')) refusals(one);
    for (const list of root.matches(LIST) ? [root] : root.querySelectorAll(LIST)) write(list);
  };
  const done = new Set();
  const obey = (root) => {
    if (root.nodeType !== 1) return;
    uploads(root);
    for (const element of root.matches("[data-preview]") ? [root] : root.querySelectorAll("[data-preview]")) frame(element);
    const found = root.matches("[data-yanshu]") ? [root] : root.querySelectorAll("[data-yanshu]");
    for (const element of found) {
      const token = element.dataset.yanshu + ":" + (element.dataset.once || "");
      if (done.has(token)) continue;
      done.add(token);
      const act = COMMANDS[element.dataset.yanshu];
      if (act) act(element);
    }
  };

  const observe = () => {
    const handle = (records) => {
      for (const record of records) {
        if (record.type === "childList") {
          for (const node of record.addedNodes) { obey(node); if (!english) visit(node); }
        } else if (record.type === "attributes") {
          if (record.attributeName === "data-yanshu" || record.attributeName === "data-once") obey(record.target);
          else if (!english) attributes(record.target);
        } else if (!english) visit(record.target);
      }
      /* The tab says 研数 and nothing of the framework. */
      if (/Streamlit/i.test(document.title)) document.title = document.title.replace(/\s*[·-]?\s*Streamlit/gi, "") || "研数";
    };
    new MutationObserver(handle).observe(document.documentElement, {
      subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: [...ATTRIBUTES, "data-yanshu", "data-once"],
    });
    if (!english) visit(document.documentElement);
  };
  observe();
})();
