// A headless Chromium, driven over its debugging pipe: no package of npm is needed.
import {spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

export class Browser {
  #process; #directory; #last = 0; #pending = new Map(); #listeners = []; #text = "";

  constructor(program) {
    this.#directory = mkdtempSync(join(tmpdir(), "midas-page-"));
    this.#process = spawn(program, [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage", "--hide-scrollbars", `--user-data-dir=${this.#directory}`,
      "--remote-debugging-pipe", "about:blank",
    ], {stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"]});
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code) => this.#fail(new Error(`Chromium ended with ${code}`)));
    this.#process.stdio[4].on("data", (bytes) => this.#receive(bytes));
  }

  #fail(error) {
    for (const {reject} of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #receive(bytes) {
    this.#text += bytes;
    const messages = this.#text.split("\0");
    this.#text = messages.pop();
    for (const message of messages.map((each) => JSON.parse(each))) {
      const waiting = this.#pending.get(message.id);
      if (waiting) {
        this.#pending.delete(message.id);
        if (message.error) waiting.reject(new Error(`${waiting.method}: ${message.error.message}`));
        else waiting.resolve(message.result);
      } else {
        for (const listener of this.#listeners) listener(message);
      }
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve, reject, method});
      this.#process.stdio[3].write(`${JSON.stringify({id, method, params, sessionId})}\0`);
    });
  }

  on(listener) { this.#listeners.push(listener); }

  async open() {
    const {targetId} = await this.send("Target.createTarget", {url: "about:blank"});
    const {sessionId} = await this.send("Target.attachToTarget", {targetId, flatten: true});
    const page = new Page(this, sessionId);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
    return page;
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    await this.send("Browser.close").catch(() => {});
    await ended;
    rmSync(this.#directory, {recursive: true, force: true, maxRetries: 5});
  }
}

export class Page {
  #browser; #session;
  // What the page did wrong, and which addresses it asked for.
  complaints = []; requests = [];

  constructor(browser, session) {
    this.#browser = browser;
    this.#session = session;
    browser.on((message) => {
      if (message.sessionId !== session) return;
      if (message.method === "Runtime.exceptionThrown") this.complaints.push(message.params.exceptionDetails.text);
      if (message.method === "Log.entryAdded") this.complaints.push(message.params.entry.text);
      if (message.method === "Runtime.consoleAPICalled") this.complaints.push(JSON.stringify(message.params.args));
      if (message.method === "Network.requestWillBeSent") this.requests.push(message.params.request.url);
    });
  }

  send(method, params) { return this.#browser.send(method, params, this.#session); }

  async look(width, height, scheme) {
    await this.send("Emulation.setDeviceMetricsOverride", {width, height, deviceScaleFactor: 1, mobile: width < 500});
    await this.send("Emulation.setEmulatedMedia", {features: [
      {name: "prefers-color-scheme", value: scheme}, {name: "prefers-reduced-motion", value: "reduce"}]});
  }

  go(url) { return this.send("Page.navigate", {url}); }

  async evaluate(expression) {
    const {result, exceptionDetails} =
      await this.send("Runtime.evaluate", {expression, returnByValue: true, awaitPromise: true});
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  async until(expression) {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      if (await this.evaluate(expression).catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Did not become true: ${expression}`);
  }

  async screenshot() {
    const {data} = await this.send("Page.captureScreenshot", {captureBeyondViewport: true, format: "png"});
    return Buffer.from(data, "base64");
  }
}
