// Sends a text or files to the service, and hands over what comes back, line by line.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const GONE = "The service can't be reached. Is it still running? What you entered is still here: try again.";
  const CUT = "The service ended before it had read everything. What it had read is shown.";
  const limits = { max_bytes: Infinity };
  let running = null;

  // Errors are sentences, whatever happened.
  async function send(address, body, type, signal) {
    const size = body.size ?? new Blob([body]).size;
    if (size > limits.max_bytes) {
      const [has, takes] = [size, limits.max_bytes].map((n) => (n / 1e6).toFixed(1));
      throw new Error(`This has ${has} MB, and the service takes ${takes} MB at most. Send it in pieces.`);
    }
    let response;
    try {
      const options = { method: "POST", headers: { "Content-Type": type }, body, signal };
      response = await fetch(address, { ...options, credentials: "omit", cache: "no-store" });
    } catch (error) {
      throw error.name === "AbortError" ? error : new Error(GONE);
    }
    if (response.ok) return response;
    const answer = await response.json().catch(() => ({}));
    throw new Error((answer.error ?? `The service answered with status ${response.status}.`).replace(/^\[DDI\d+\] /, ""));
  }

  const ask = async (address, question) =>
    (await send(address, JSON.stringify(question), "application/json")).json();

  async function* linesOf(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      let piece;
      try {
        piece = await reader.read();
      } catch (error) {
        throw error.name === "AbortError" ? error : new Error(CUT);
      }
      if (piece.done) return;
      const lines = (rest + piece.value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }

  // What is read: the text, or files one after another

  const typed = (text) => ({
    name: "",
    send: (signal) => send("show", JSON.stringify({ text }), "application/json", signal),
  });
  const file = (each) => ({
    name: each.name,
    send: (signal) => send(`extract-file?name=${encodeURIComponent(each.name)}`, each, "application/octet-stream", signal),
  });

  async function read(source, signal, note) {
    let done = 0;
    let size = { n_documents: 1, n_characters: 1 };
    let hasEnded = false;
    for await (const line of linesOf(await source.send(signal))) {
      if (line.error) note(line.error.replace(/^\[DDI\d+\] /, ""));
      hasEnded ||= Boolean(line.end ?? line.error);
      if (line.n_documents !== undefined) size = line;
      if (!line.passages) continue;
      const name = size.n_documents > 1 ? `${source.name}: ${line.document}` : source.name;
      results.add(line, name, source.name);
      done += line.n_characters;
      at("progress").firstElementChild.style.width = `${(100 * done) / (size.n_characters || 1)}%`;
    }
    if (!hasEnded) throw new Error(CUT);
  }

  async function run(sources) {
    running?.abort();
    const mine = (running = new AbortController());
    const problems = [];
    const note = (problem) => {
      problems.push(problem);
      at("problem").textContent = problems.slice(0, 10).join("\n");
      at("problem").hidden = false;
    };
    at("problem").hidden = true;
    results.clear();
    setBusy(true);
    for (const source of sources) {
      try {
        at("progress").firstElementChild.style.width = "0";
        await read(source, mine.signal, note);
      } catch (error) {
        if (error.name === "AbortError") break;
        note(source.name ? `${source.name}: ${error.message}` : error.message);
      }
    }
    if (running !== mine) return;
    running = null;
    setBusy(false);
    if (problems.length && results.isEmpty()) at("status").textContent = "";
    else results.summarize();
  }

  function setBusy(isBusy) {
    at("progress").hidden = !isBusy;
    at("stop").hidden = !isBusy;
    at("results").setAttribute("aria-busy", String(isBusy));
    at("status").ariaLive = isBusy ? "off" : "polite"; // the end is announced, not each part
    if (isBusy) at("status").textContent = "Reading…";
  }

  // What is asked on the page

  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    run([typed(at("text").value)]);
  });
  at("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("ask").requestSubmit();
  });
  at("stop").addEventListener("click", () => {
    running?.abort();
    results.summarize();
  });
  at("empty").addEventListener("click", () => {
    running?.abort();
    running = null; // what was read has no end to be told of
    setBusy(false);
    at("text").value = "";
    at("problem").hidden = true;
    results.clear();
    at("text").focus();
  });
  at("choose").addEventListener("click", () => at("files").click());
  at("files").addEventListener("change", ({ target }) => {
    if (target.files.length) run([...target.files].map(file));
    target.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      document.documentElement.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop") run([...event.dataTransfer.files].map(file));
    });
  }

  results.listen(ask);
  fetch("health", { credentials: "omit" }).then((response) => response.json()).then((found) => {
    Object.assign(limits, found);
    results.promise(found.precisions);
  }).catch(() => {});
  run([typed(at("text").value)]); // the example
})();
