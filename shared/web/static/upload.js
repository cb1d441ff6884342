// Scans from a browser, in parts that can be resumed (tus 1.0.0).
//
// <div class="upload" data-upload="{{ root }}/papers" data-procedure="1.004873">
//   <label for="scan-TK">…</label> <span class="hint" id="scan-TK-hint">…</span>
//   <input type="file" id="scan-TK" aria-describedby="scan-TK-hint" accept="application/pdf,image/*,.docx" multiple>
//   <input type="hidden" name="scan-TK" value="">
// </div>
//
// * data-upload: where papers live; data-procedure (may be missing): whose size limit counts; data-most (may be
//   missing): so many files are taken.
// * The file input has no name. The hidden input gets the SHA-256 digests, separated by one blank; without `multiple`
//   the new scan takes the old one's place. Digests that the server wrote there are shown when the page opens.
// * Files may be dropped on the box. A form is not sent while something is on its way.
// * Events on the box, bubbling: papers:uploaded {digest, pages, size, kind, warnings}, papers:removed {digest},
//   papers:failed {sentence}. When a script added a box or took one away: document.dispatchEvent(new Event("papers:look")).
//   A box that went stops what is on its way, says nothing more and holds no form back.
// * After a cut it goes on by itself; after a reload, when the same file is chosen again (within a day).

const CHUNK = 8 * 1024 * 1024;
const PAUSES = [1, 2, 4, 8, 15, 30, 60]; // seconds; the last one again and again, for as long as the page is open
const GIVEN_UP_AFTER = 40;
const REMEMBERED = "papers:";
const A_DAY = 24 * 3600 * 1000;

const english = document.documentElement.lang === "en";
const say = (vi, en) => (english ? en : vi);
const REFUSED = {
  "not-a-paper": ["Tệp này không phải PDF, JPEG, PNG, TIFF hay DOCX. Hãy quét lại giấy tờ.", "This is no PDF, JPEG, PNG, TIFF or DOCX. Scan the paper again."],
  "nothing-in-it": ["Tệp trống. Hãy chọn lại, hoặc quét lại giấy tờ.", "The file is empty. Choose it again, or scan the paper again."],
  "empty-document": ["Tệp trống. Hãy chọn lại, hoặc quét lại giấy tờ.", "The file is empty. Choose it again, or scan the paper again."],
  "broken-paper": ["Tệp bị hỏng hoặc bị cắt ngang. Hãy lưu lại, hoặc quét lại giấy tờ.", "The file is damaged or cut off. Save it anew, or scan the paper again."],
  "paper-locked": ["Tệp có mật khẩu. Hãy lưu lại không có mật khẩu, hoặc quét giấy tờ.", "The file asks for a password. Save it without one, or scan the paper."],
  "looks-like-two": ["Trong tệp có lẫn một tệp khác. Hãy in ra rồi quét, hoặc lưu lại thành PDF.", "There is another file in this one. Print it and scan it, or save it anew as a PDF."],
  "too-much-inside": ["Tệp quá lớn khi mở ra. Hãy quét ở độ phân giải 150 đến 200 dpi.", "The file is far too large inside. Scan it at 150 to 200 dpi."],
  "too-many-pages": ["Tệp có quá nhiều trang. Hãy quét riêng từng loại giấy tờ.", "The file has too many pages. Scan each paper by itself."],
  "with-macros": ["Tệp DOCX có chứa macro. Hãy lưu thành PDF.", "The DOCX holds macros. Save it as a PDF."],
  infected: ["Tệp có mã độc. Đừng mở tệp này; hãy quét lại giấy tờ gốc.", "There is malware in this file. Do not open it; scan the paper itself."],
  "scan-too-large": ["Tệp quá lớn đối với thủ tục này. Hãy quét ở độ phân giải 150 đến 200 dpi.", "The file is too large for this procedure. Scan it at 150 to 200 dpi."],
  "too-many-uploads": ["Bạn có quá nhiều tệp đang tải dở. Hãy bỏ bớt rồi thử lại.", "You have too many unfinished uploads. Remove some, then try again."],
  unauthorized: ["Phiên đăng nhập đã hết. Hãy mở trang đăng nhập ở cửa sổ khác rồi thử lại.", "Your login is over. Log in in another window, then try again."],
};

class Refused extends Error {}
class Away extends Error {}
class Lost extends Error {}

// --- One request. XMLHttpRequest, because only it tells how much has left.
function ask(method, url, { headers = {}, body = null, progress = null, on = null } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => resolve(request));
    for (const name of ["error", "timeout"]) request.addEventListener(name, () => reject(new Away()));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    if (on) on(() => request.abort());
    request.send(body);
  });
}

const TUS = { "Tus-Resumable": "1.0.0" };

function checked(answer) {
  if (answer.status < 400) return answer;
  if (answer.status >= 500 || answer.status === 409) throw new Away(); // 409: it stands elsewhere, ask where
  if (answer.status === 404 || answer.status === 410) throw new Lost();
  throw new Refused(refusal(answer));
}

function refusal(answer) {
  let told = {};
  try {
    told = JSON.parse(answer.responseText);
  } catch {
    // a proxy's own page
  }
  const known = REFUSED[answer.status === 401 ? "unauthorized" : told.code];
  return known ? say(...known) : told.detail || say(`Không nhận được tệp (${answer.status}).`, `The file was not taken (${answer.status}).`);
}

// --- Which upload a file had before the page was loaded anew. No name is kept on this machine: a short number of it is.
function fingerprint(place, file) {
  let number = 0xcbf29ce484222325n;
  for (const letter of new TextEncoder().encode(`${place}|${file.name}|${file.size}|${file.lastModified}`)) {
    number = BigInt.asUintN(64, (number ^ BigInt(letter)) * 0x100000001b3n);
  }
  return REMEMBERED + number.toString(36);
}

function remember(key, url) {
  try {
    localStorage.setItem(key, JSON.stringify({ url, at: Date.now() }));
  } catch {
    // full, or not allowed: then a reload begins anew
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // as above
  }
}

function remembered(key) {
  try {
    const known = JSON.parse(localStorage.getItem(key) || "null");
    return known && Date.now() - known.at < A_DAY ? known.url : "";
  } catch {
    return "";
  }
}

// --- One file on its way.
class Upload {
  constructor(place, procedure, file, told) {
    Object.assign(this, { place, procedure, file, told, url: "", key: fingerprint(place, file), stopped: false, abort: () => {} });
  }

  // The digest, at the end; throws Refused, or AbortError where it was taken back.
  async done() {
    for (let tries = 0; ; ) {
      if (this.stopped) throw new DOMException("", "AbortError");
      try {
        return await this.once(() => (tries = 0));
      } catch (reason) {
        if (this.stopped) throw new DOMException("", "AbortError");
        if (reason instanceof Lost) this.lose();
        else if (!(reason instanceof Away)) throw reason;
        if (++tries > GIVEN_UP_AFTER) throw new Refused(say("Không gửi được tệp. Hãy thử lại sau.", "The file could not be sent. Try again later."));
        await this.wait(PAUSES[Math.min(tries, PAUSES.length) - 1]);
      }
    }
  }

  async once(moved) {
    let offset = await this.stands();
    this.told.progress(offset, this.file.size);
    while (offset < this.file.size) {
      const part = this.file.slice(offset, offset + CHUNK);
      const answer = checked(await this.send(offset, part));
      offset = Number(answer.getResponseHeader("Upload-Offset"));
      moved();
    }
    const became = JSON.parse(checked(await this.ask("GET", this.url)).responseText);
    if (became.state === "receiving") throw new Away(); // it is being checked; ask again
    forget(this.key);
    if (became.state !== "done") throw new Refused(REFUSED[became.refusal] ? say(...REFUSED[became.refusal]) : became.sentence);
    return became;
  }

  // From where to go on: 0 in a new upload.
  async stands() {
    this.url ||= remembered(this.key);
    if (this.url) {
      const answer = await this.ask("HEAD", this.url, { headers: TUS });
      if (answer.status < 300) return Number(answer.getResponseHeader("Upload-Offset"));
      if (answer.status >= 500) throw new Away();
      if (answer.status === 401) throw new Refused(say(...REFUSED.unauthorized));
      this.lose();
    }
    return this.begin();
  }

  async begin() {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
    const headers = { ...TUS, "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${name}` };
    const query = this.procedure ? `?procedure=${encodeURIComponent(this.procedure)}` : "";
    const answer = checked(await this.ask("POST", `${this.place}/uploads${query}`, { headers }));
    this.url = new URL(answer.getResponseHeader("Location"), location.href).pathname;
    remember(this.key, this.url);
    return 0;
  }

  send(offset, part) {
    const headers = { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    const progress = (loaded) => this.told.progress(Math.min(offset + loaded, this.file.size), this.file.size);
    return this.ask("PATCH", this.url, { headers, body: part, progress });
  }

  ask(method, url, more = {}) {
    return ask(method, url, { ...more, on: (abort) => (this.abort = abort) });
  }

  lose() {
    forget(this.key);
    this.url = "";
  }

  // So long, or until the network is back.
  wait(seconds) {
    this.told.waits(seconds);
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        window.removeEventListener("online", go);
        resolve();
      };
      const timer = setTimeout(go, seconds * 1000);
      window.addEventListener("online", go);
      this.abort = go;
    });
  }

  async stop() {
    this.stopped = true;
    this.abort();
    const url = this.url;
    this.lose();
    if (url) await ask("DELETE", url, { headers: TUS }).catch(() => {});
  }
}

// --- What people see.
function made(tag, more = {}, ...inside) {
  const it = Object.assign(document.createElement(tag), more);
  it.append(...inside);
  return it;
}

const percent = (part, whole) => (whole ? Math.floor((100 * part) / whole) : 0);

function sized(bytes) {
  const mega = bytes / 1e6;
  const number = mega >= 0.1 ? mega : bytes / 1e3;
  const text = new Intl.NumberFormat(english ? "en" : "vi", { maximumFractionDigits: number < 10 ? 1 : 0 }).format(number);
  return `${text} ${mega >= 0.1 ? "MB" : "kB"}`;
}

const KINDS = { "application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF" };

function described(scan) {
  const pages = scan.pages ? say(`${scan.pages} trang`, `${scan.pages} ${scan.pages === 1 ? "page" : "pages"}`) : "";
  return [KINDS[scan.kind] || "DOCX", pages, sized(scan.size)].filter(Boolean).join(", ");
}

function sentence(warning) {
  const words = say(warning.vi, warning.en);
  const page = say(`Trang ${warning.page}`, `Page ${warning.page}`);
  return warning.page ? `${page}: ${words[0].toLowerCase()}${words.slice(1)}` : words;
}

class Box {
  constructor(box) {
    this.box = box;
    this.place = box.dataset.upload;
    this.most = Number(box.dataset.most || Infinity);
    this.file = box.querySelector("input[type=file]");
    this.kept = box.querySelector("input[type=hidden]");
    this.list = made("ul", { className: "sent" });
    this.status = made("p", { className: "said small", tabIndex: -1 });
    this.status.setAttribute("role", "status");
    box.append(this.list, this.status);
    this.busy = 0;
    this.freed = 0; // 1 while the new scan takes the place of an old one
    this.gone = new AbortController();
    this.file.addEventListener("change", () => this.choose(this.file.files));
    box.addEventListener("dragover", (event) => this.over(event, true));
    for (const name of ["dragleave", "dragend"]) box.addEventListener(name, (event) => this.over(event, false));
    box.addEventListener("drop", (event) => {
      this.over(event, false);
      this.choose(event.dataTransfer.files);
    });
    this.file.form?.addEventListener("submit", (event) => this.hold(event), { signal: this.gone.signal });
    for (const digest of this.digests) this.show(this.line(say("Bản quét đã gửi", "Scan that was sent"), this.list), { digest });
  }

  get digests() {
    return this.kept.value.split(" ").filter(Boolean);
  }

  set digests(all) {
    this.kept.value = all.join(" ");
    this.kept.dispatchEvent(new Event("change", { bubbles: true }));
  }

  over(event, isOver) {
    event.preventDefault();
    this.box.classList.toggle("over", isOver);
  }

  choose(files) {
    const chosen = this.file.multiple ? [...files] : [...files].slice(0, 1);
    const room = this.file.multiple ? this.most + this.freed - this.list.querySelectorAll(":scope > li:not(.bad)").length : 1;
    for (const file of chosen.slice(0, room)) this.take(file);
    for (const file of chosen.slice(room)) this.failed(this.line(file.name), file, new Refused(say(`Nhiều nhất ${this.most} tệp cho một giấy tờ: tệp này không được gửi.`, `At most ${this.most} files for one paper: this one was not sent.`)));
    this.file.value = "";
  }

  hold(event) {
    if (!this.busy) return;
    event.preventDefault();
    this.tell(say("Xin đợi: tệp vẫn đang được gửi.", "Please wait: a file is still on its way."));
    this.status.focus();
  }

  tell(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  leave() {
    this.gone.abort();
    for (const line of this.list.children) line.upload?.stop();
  }

  emit(name, detail) {
    if (this.box.isConnected) this.box.dispatchEvent(new CustomEvent(`papers:${name}`, { bubbles: true, detail }));
  }

  line(name) {
    const line = made("li");
    line.body = made("div", { className: "body" }, made("strong", { textContent: name }));
    line.name = name;
    line.append(line.body);
    this.list.append(line);
    return line;
  }

  button(line, text, press, quiet = true) {
    const button = made("button", { type: "button", className: quiet ? "link" : "again", textContent: text });
    button.setAttribute("aria-label", `${text}: ${line.name}`);
    button.addEventListener("click", press);
    return button;
  }

  async take(file) {
    if (!this.file.multiple) for (const old of [...this.list.children]) this.remove(old, false);
    const line = this.line(file.name);
    const bar = made("progress", { max: 100, value: 0 });
    bar.setAttribute("aria-label", say(`Đang gửi ${file.name}`, `Sending ${file.name}`));
    const note = made("span", { className: "note small" });
    let [furthest, isLost] = [0, false];
    const told = {
      progress: (sent, all) => {
        if (sent > furthest) [furthest, isLost] = [sent, false];
        bar.value = percent(sent, all);
        note.textContent = sent < all ? `${percent(sent, all)} % / ${sized(all)}` : say("Đang kiểm tra tệp…", "Checking the file…");
      },
      waits: () => {
        note.textContent = say("Mất kết nối. Sẽ tự gửi tiếp khi có mạng.", "The connection is lost. It goes on by itself.");
        if (!isLost) this.tell(`${file.name}: ${note.textContent}`);
        isLost = true;
      },
    };
    const upload = new Upload(this.place, this.box.dataset.procedure, file, told);
    line.upload = upload;
    line.body.append(bar, note, this.button(line, say("Dừng", "Stop"), () => this.remove(line)));
    this.busy += 1;
    this.tell(say(`Đang gửi ${file.name}.`, `Sending ${file.name}.`));
    try {
      const became = await upload.done();
      line.upload = null;
      this.digests = [...this.digests.filter((it) => it !== became.digest), became.digest];
      this.emit("uploaded", became);
      this.show(line, became);
      this.tell(say(`Đã gửi xong ${file.name}.`, `${file.name} has been sent.`));
    } catch (reason) {
      line.upload = null;
      if (reason.name !== "AbortError") this.failed(line, file, reason);
    } finally {
      this.busy -= 1;
    }
  }

  failed(line, file, reason) {
    const sentence = reason instanceof Refused ? reason.message : say("Trình duyệt không đọc được tệp.", "The browser cannot read the file.");
    const again = this.button(line, say("Chọn tệp khác", "Choose another file"), () => this.replace(line), false);
    line.classList.add("bad");
    line.body.replaceChildren(made("strong", { textContent: file.name }), made("span", { className: "note", textContent: sentence }), again, this.button(line, say("Bỏ", "Remove"), () => this.remove(line)));
    this.tell(`${file.name}: ${sentence}`);
    this.emit("failed", { sentence });
  }

  // The scan as the office will see it: a small picture, pages, and what should be scanned again.
  async show(line, became) {
    line.digest = became.digest;
    const note = made("span", { className: "note small", textContent: became.kind ? described(became) : "" });
    line.body.replaceChildren(made("strong", { textContent: line.name }), note, this.button(line, say("Bỏ", "Remove"), () => this.remove(line)));
    let shown;
    try {
      shown = JSON.parse(checked(await ask("GET", `${this.place}/${became.digest}/preview`)).responseText);
    } catch {
      return; // it is kept all the same
    }
    note.textContent = described(shown);
    if (shown.thumbnail) line.prepend(made("img", { src: shown.thumbnail, alt: say(`Trang đầu của ${line.name}`, `First page of ${line.name}`) }));
    this.warn(line, [...(became.warnings || []), ...shown.warnings]);
  }

  warn(line, warnings) {
    if (!warnings.length) return;
    line.classList.add("warned");
    const words = warnings.map((it) => made("li", { textContent: sentence(it) }));
    const remove = line.body.querySelector("button");
    remove.before(made("ul", { className: "warnings" }, ...words));
    if (warnings.some((it) => it.what !== "renamed")) remove.before(this.button(line, say("Quét lại", "Scan again"), () => this.replace(line), false));
    this.tell(`${line.name}: ${words.map((it) => it.textContent).join(" ")}`);
  }

  // The old one goes when a new one was chosen, not before.
  replace(line) {
    const gone = () => {
      this.freed = 0;
      this.remove(line, false);
    };
    const kept = () => {
      this.freed = 0;
      this.file.removeEventListener("change", gone);
    };
    this.freed = line.digest ? 1 : 0;
    this.file.addEventListener("change", gone, { once: true });
    this.file.addEventListener("cancel", kept, { once: true });
    this.file.click();
  }

  remove(line, focus = true) {
    line.upload?.stop();
    line.remove();
    if (line.digest && ![...this.list.children].some((it) => it.digest === line.digest)) {
      this.digests = this.digests.filter((it) => it !== line.digest);
      this.emit("removed", { digest: line.digest });
    }
    if (!focus) return;
    this.tell(say(`Đã bỏ ${line.name}.`, `${line.name} was removed.`));
    this.file.focus();
  }
}

const known = new Map();
function look() {
  for (const [element, box] of known) {
    if (element.isConnected) continue;
    known.delete(element);
    box.leave();
  }
  for (const element of document.querySelectorAll("[data-upload]")) {
    if (!known.has(element)) known.set(element, new Box(element));
  }
}

document.addEventListener("papers:look", look);
look();
