// Tests the report pages of midas load in headless Chromium.
//
//   node report_page.mjs DIRECTORY [CHROMIUM]
//
// DIRECTORY has the pages, and gets a screenshot of each in each width and color scheme.
import assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {Browser} from "../../../support/page/browser.mjs";
import {contrastProblems, layoutProblems} from "../../../support/page/page_checks.mjs";

const [, , directory, program = "chromium"] = process.argv;

const checkLayout = layoutProblems(".scroll table, .patterns, title");

// Texts of a chart overlap neither each other nor the edges of the chart.
const checkLabels = `(() => {
  const problems = [];
  for (const chart of document.querySelectorAll(".chart > svg")) {
    if (chart.getClientRects().length === 0) continue;
    const frame = chart.getBoundingClientRect();
    const boxes = [...chart.querySelectorAll("text")].map((each) => [each.textContent, each.getBoundingClientRect()]);
    for (const [text, box] of boxes) {
      if (box.left < frame.left - 1 || box.right > frame.right + 8) problems.push("outside: " + text);
      if (box.height < 9) problems.push("small: " + text + " " + box.height);
    }
    boxes.forEach(([text, a], at) => boxes.slice(at + 1).forEach(([other, b]) => {
      if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom) problems.push(text + " over " + other);
    }));
  }
  return problems;
})()`;

const views = [[1280, 900], [820, 900], [360, 740]];

async function look(browser, name) {
  const url = pathToFileURL(resolve(directory, `${name}.html`)).href;
  const page = await browser.open();
  for (const scheme of ["light", "dark"]) {
    for (const [width, height] of views) {
      const view = `${name} ${scheme} ${width}`;
      await page.look(width, height, scheme);
      await page.go(url);
      await page.until(`document.readyState === "complete" && location.href === ${JSON.stringify(url)}`);
      writeFileSync(join(directory, `${name}-${scheme}-${width}.png`), await page.screenshot());
      assert.deepEqual(await page.evaluate(checkLayout), [], view);
      assert.deepEqual(await page.evaluate(checkLabels), [], view);
      assert.deepEqual(await page.evaluate(contrastProblems), [], view);
      const charts = `[...document.querySelectorAll(".chart")].map((each) => [...each.querySelectorAll(":scope > svg")].filter((svg) => svg.getClientRects().length > 0).length)`;
      assert.ok((await page.evaluate(charts)).every((count) => count === 1), view);
    }
  }
  assert.deepEqual(page.complaints, [], name);
  assert.deepEqual(page.requests.filter((each) => each !== url), [], name);
  return page;
}

const text = (page) => page.evaluate("document.body.innerText");
const headings = (page) => page.evaluate(`[...document.querySelectorAll("h2")].map((each) => each.textContent)`);
const visible = (selector) => `[...document.querySelectorAll(".chart > svg")].filter((each) => each.getClientRects().length > 0)
  .flatMap((each) => [...each.querySelectorAll(${JSON.stringify(selector)})])`;

async function checkAccessibility(page) {
  const {nodes} = await page.send("Accessibility.getFullAXTree");
  const shown = nodes.filter((each) => !each.ignored);
  const named = (role) => shown.filter((each) => each.role?.value === role).map((each) => each.name?.value);
  for (const role of ["main", "banner", "contentinfo"]) assert.equal(named(role).length, 1, role);
  const charts = named("image").concat(named("img"));
  for (const title of ["Latency distribution", "Throughput", "Requests to the host", "How the tokens came", "Latency over time"]) {
    assert.ok(charts.some((each) => each.startsWith(title) && each.length > title.length + 5), `${title}: ${charts}`);
  }
  assert.ok(named("table").includes("Figures") && named("table").includes("Settings"));
  for (const role of ["heading", "table", "region"]) assert.ok(named(role).every(Boolean), `${role} without a name`);
  // Everything that the charts show is in a table, which the keyboard opens.
  await page.evaluate(`document.querySelector("summary").focus(); 0`);
  for (const type of ["rawKeyDown", "char", "keyUp"]) await page.send("Input.dispatchKeyEvent", {type, key: "Enter", code: "Enter", text: type === "char" ? "\r" : undefined, windowsVirtualKeyCode: 13});
  assert.ok(await page.evaluate(`document.querySelector("details").open`));
  assert.equal(await page.evaluate(`document.querySelectorAll("details tbody tr").length`), 41);
}

const browser = new Browser(program);
try {
  const well = await look(browser, "well");
  assert.match(await text(well), /p99\.99/);
  assert.ok(!(await headings(well)).includes("Faults of the host"));

  const faulty = await look(browser, "faulty");
  assert.ok((await headings(faulty)).includes("Faults of the host"));
  assert.match(await text(faulty), /503 from IMDS/);
  assert.match(await text(faulty), /Not met/);
  // Four charts over time with four faults each.
  assert.equal(await faulty.evaluate(`${visible("rect.fault")}.length`), 16);
  assert.ok((await faulty.evaluate(`${visible("text.fault-label")}.map((each) => each.textContent)`)).includes("F3"));
  assert.equal(await faulty.evaluate(`${visible("path.line.target")}.length`), 1);
  await faulty.look(1280, 900, "light");
  await checkAccessibility(faulty);

  const long = await look(browser, "long");
  assert.match(await text(long), /Spread of 5 runs/);
  assert.match(await text(long), /build-8/);
  assert.match(await text(long), /100 more are not listed/);

  const burst = await look(browser, "burst");
  assert.ok(!/[Ss]teady state/.test(await text(burst)));

  const empty = await look(browser, "empty");
  assert.equal(await empty.evaluate(`document.querySelectorAll(".chart").length`), 0);
  assert.match(await text(empty), /unreachable/);

  const hostile = await look(browser, "hostile");
  assert.equal(await hostile.evaluate("document.title"), "midas load: report");
  assert.equal(await hostile.evaluate(`document.querySelectorAll("img, script, iframe, object, link").length`), 0);
  const shown = await text(hostile);
  assert.ok(shown.includes("</script><script>document.title='owned'</script>"));
  assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(shown));
  // The policy stops a script that would get in, whatever the page does.
  await hostile.evaluate(`(() => { const script = document.createElement("script"); script.textContent = "document.title = 'owned'"; document.body.append(script); })()`);
  assert.equal(await hostile.evaluate("document.title"), "midas load: report");
  console.log("report page: passed");
} finally {
  await browser.close();
}
