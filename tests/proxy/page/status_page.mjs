// Tests the status page of midas proxy in headless Chromium.
//
//   node status_page.mjs SERVER DIRECTORY
//
// SERVER is midas_page_server. DIRECTORY gets a screenshot for each scenario, width and color scheme.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {Browser} from "../../support/page/browser.mjs";
import {contrastProblems, layoutProblems} from "../../support/page/page_checks.mjs";

const [, , server, directory, program = "chromium"] = process.argv;
mkdirSync(directory, {recursive: true});

const start = (scenario) => new Promise((resolve, reject) => {
  const child = spawn(server, [scenario], {stdio: ["pipe", "pipe", "inherit"]});
  child.on("error", reject);
  child.stdout.once("data", (bytes) => resolve({url: `http://127.0.0.1:${parseInt(bytes)}/`, stop: () => child.stdin.end()}));
});

// The link that is shown when it is focused; headings of columns that narrow windows do without.
const checkLayout = layoutProblems(".skip, thead");

const positions = `JSON.stringify([...document.querySelectorAll("main > section, .figures dl > div, tbody tr, .errors li")]
  .map((each) => [each.offsetTop, each.offsetLeft, each.offsetWidth, each.offsetHeight]))`;

const live = `document.getElementById("live").textContent === "Live"`;
const polls = (page) => page.requests.filter((each) => each.endsWith("/status.json")).length;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const views = [[1280, 800], [820, 900], [360, 740]];

async function look(browser, scenario) {
  const {url, stop} = await start(scenario);
  const page = await browser.open();
  for (const scheme of ["light", "dark"]) {
    for (const [width, height] of views) {
      const name = `${scenario} ${scheme} ${width}`;
      await page.look(width, height, scheme);
      await page.go(url);
      await page.until(live);
      writeFileSync(join(directory, `${scenario}-${scheme}-${width}.png`), await page.screenshot());
      assert.deepEqual(await page.evaluate(checkLayout), [], name);
      assert.deepEqual(await page.evaluate(contrastProblems), [], name);
    }
  }
  assert.deepEqual(page.complaints, [], scenario);
  assert.deepEqual(page.requests.filter((each) => !each.startsWith(url) && !each.startsWith("data:")), [], scenario);
  return {page, url, stop};
}

async function checkUpdates(page) {
  // A figure changes, a selected row stays the same element, and nothing moves.
  const answered = `document.getElementById("answered").textContent`;
  const [before, at] = [await page.evaluate(answered), await page.evaluate(positions)];
  await page.evaluate(`window.row = document.querySelector("#tokens-rows tr"); getSelection().selectAllChildren(window.row.querySelector("bdi")); 0`);
  const selected = await page.evaluate("getSelection().toString()");
  assert.notEqual(selected, "");
  await page.until(`${answered} !== ${JSON.stringify(before)}`);
  await pause(2_500);
  assert.equal(await page.evaluate(positions), at, "the page moved");
  assert.ok(await page.evaluate(`window.row.isConnected && getSelection().toString() === ${JSON.stringify(selected)}`));
}

async function checkPause(page) {
  await page.evaluate(`Object.defineProperty(document, "hidden", {value: true, configurable: true}); document.dispatchEvent(new Event("visibilitychange")); 0`);
  await page.until(`document.getElementById("live").textContent === "Paused"`);
  await pause(300);
  const count = polls(page);
  await pause(2_500);
  assert.equal(polls(page), count, "a hidden page asks on");
  await page.evaluate(`delete document.hidden; document.dispatchEvent(new Event("visibilitychange")); 0`);
  await page.until(live);
  assert.ok(polls(page) > count);
}

async function checkAccessibility(page) {
  const {nodes} = await page.send("Accessibility.getFullAXTree");
  const shown = nodes.filter((each) => !each.ignored);
  const named = (role) => shown.filter((each) => each.role?.value === role).map((each) => each.name?.value);
  for (const role of ["main", "banner", "contentinfo"]) assert.equal(named(role).length, 1, role);
  assert.ok(named("table").includes("Tokens") && named("table").includes("Clients"));
  assert.ok(named("columnheader").includes("Remaining life"));
  assert.ok(named("rowheader").length >= 4);
  assert.ok(named("heading").includes("Last errors, and what to do"));
  for (const role of ["link", "progressbar", "heading", "table"]) assert.ok(named(role).every(Boolean), `${role} without a name`);
  // Tab reaches the links, the first of which leads to the tokens.
  const focused = [];
  for (let at = 0; at < 3; ++at) {
    for (const type of ["rawKeyDown", "keyUp"]) await page.send("Input.dispatchKeyEvent", {type, key: "Tab", code: "Tab", windowsVirtualKeyCode: 9});
    focused.push(await page.evaluate("document.activeElement.textContent"));
  }
  assert.deepEqual(focused, ["Skip to the tokens", "Metrics", "JSON"]);
}

async function checkLoss(page, stop) {
  stop();
  await page.until(`document.getElementById("live").textContent.startsWith("No answer since ")`);
  assert.notEqual(await page.evaluate(`document.getElementById("answered").textContent`), "0");
}

const browser = new Browser(program);
try {
  for (const scenario of ["empty", "throttled", "failing"]) {
    const {page, stop} = await look(browser, scenario);
    const state = {empty: "not_asked"}[scenario] ?? scenario;
    assert.equal(await page.evaluate(`document.getElementById("host-state").dataset.state`), state);
    stop();
  }

  const well = await look(browser, "well");
  await well.page.look(1280, 800, "light");
  await well.page.go(well.url);
  await well.page.until(live);
  assert.equal(await well.page.evaluate(`document.querySelectorAll("#tokens-rows tr").length`), 4);
  assert.match(await well.page.evaluate(`document.getElementById("tokens").innerText`), /uid 1000 \(48,\d+\), uid 33 \(4,120\)/);
  assert.match(await well.page.evaluate(`document.getElementById("errors-rows").innerText`), /What to do|metadata_header_missing/);
  await checkAccessibility(well.page);
  await checkUpdates(well.page);
  await checkPause(well.page);
  well.page.complaints.length = 0;
  await checkLoss(well.page, well.stop);

  const hostile = await look(browser, "hostile");
  assert.equal(await hostile.page.evaluate("document.title"), "midas proxy");
  assert.equal(await hostile.page.evaluate(`document.querySelectorAll("img, main script, iframe, object").length`), 0);
  const text = await hostile.page.evaluate("document.body.innerText");
  assert.ok(text.includes("</script><script>document.title='owned'</script>"));
  assert.ok(text.includes("\\u{202e}\\u{2066}txt.exe"));
  assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(text));
  // The policy stops a script that would get in, whatever the page does.
  await hostile.page.evaluate(`(() => { const script = document.createElement("script"); try { script.textContent = "document.title = 'owned'"; document.body.append(script); } catch {} })()`);
  assert.equal(await hostile.page.evaluate("document.title"), "midas proxy");
  hostile.stop();
  console.log("status page: passed");
} finally {
  await browser.close();
}
