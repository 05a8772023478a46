// What every page must fulfill, as expressions for Page.evaluate(): each gives a list of problems, which is
// empty if there are none.

// No element is wider than the window, and no text is cut off by its own box. `exempt` selects what is out
// of sight on purpose, or in a box that scrolls.
export const layoutProblems = (exempt) => `(() => {
  const shown = [...document.querySelectorAll("body *")].filter((each) => each.getClientRects().length > 0);
  const wide = shown.filter((each) => !each.closest(${JSON.stringify(exempt)}) &&
    each.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  const cut = shown.filter((each) => each.matches("dd, dt, td, h1, h2, p, li") && each.scrollWidth > each.clientWidth + 1 &&
    getComputedStyle(each).display !== "inline");
  return [...wide.map((each) => "wide: " + each.outerHTML.slice(0, 120)), ...cut.map((each) => "cut: " + each.outerHTML.slice(0, 120))];
})()`;

// Contrasts with what is behind, as WCAG 2 computes them: at least 4.5 for texts, and 3 for the lines of
// charts.
export const contrastProblems = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const low = new Set();
  const compare = (element, color, least) => {
    const [one, other] = [light(parse(color)), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < least) low.add(element.getAttribute("class") + " " + element.tagName + " " + contrast.toFixed(2));
  };
  for (const element of document.querySelectorAll("body *")) {
    if (element.getClientRects().length === 0 || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    if (element.matches("path.line")) compare(element, style.stroke, 3);
    if ([...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim())) {
      compare(element, element.tagName === "text" ? style.fill : style.color, 4.5);
    }
  }
  return [...low];
})()`;
