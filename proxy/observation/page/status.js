
"use strict";
// Every text is set with textContent: nothing of the data is ever read as HTML.
(() => {
  const interval = 1000;
  const byId = (id) => document.getElementById(id);
  const numbers = new Intl.NumberFormat("en");
  const clock = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", second: "2-digit"});

  // Writes only what has changed: the page does not move, and a selection stays.
  const setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const setAttribute = (element, name, value) => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const show = (element, isShown) => { if (element.hidden === isShown) element.hidden = !isShown; };
  const make = (parent, tag, className) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    parent.append(element);
    return element;
  };

  const duration = (milliseconds) => {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) return "0 s";
    const parts = [];
    let left = seconds;
    for (const [name, size] of units.slice(first, first + 2)) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count > 0 || parts.length === 0) parts.push(`${count} ${name}`);
    }
    return parts.join(" ");
  };
  const ago = (now, at) => (at === undefined ? "never" : now - at < 1500 ? "now" : `${duration(now - at)} ago`);
  const ahead = (now, at) => (at <= now ? "now" : `in ${duration(at - now)}`);
  const user = (each) => (each.uid === undefined ? "unknown user" : `uid ${each.uid}`);
  const plural = (count, one, many) => `${numbers.format(count)} ${count === 1 ? one : many}`;

  // Keeps the elements of rows that stay, so that focus and selection stay, too.
  const updateRows = (parent, items, keyOf, create, update) => {
    const known = new Map();
    for (const element of parent.children) known.set(element.midasKey, element);
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let element = known.get(key);
      known.delete(key);
      if (!element) {
        element = create(parent);
        element.midasKey = key;
      }
      if (element === place) place = place.nextElementSibling;
      else parent.insertBefore(element, place);
      update(element, item);
    }
    for (const element of known.values()) element.remove();
  };

  const hostStates = {
    well: () => ["The host answers", "Nothing to do."],
    not_asked: () => ["The host has not answered yet", "It is asked when a client requests a token."],
    throttled: (host, now) => ["The host throttles", host.throttled_until > now ?
      `No request is sent until ${clock.format(host.throttled_until)} (${ahead(now, host.throttled_until)}). Held tokens are served meanwhile.` :
      "Requests are sent more slowly for a while. Held tokens are served meanwhile."],
    failing: (host, now) => ["The host fails",
      `Since ${clock.format(host.failing_since)} (${duration(now - host.failing_since)}), ${plural(host.failures, "failure", "failures")} in a row: ${host.failure.code}, ${host.failure.message}. Asked again ${ahead(now, host.next_attempt ?? now)}.`],
  };
  const showHost = (host, now) => {
    const [name, text] = (hostStates[host.state] ?? hostStates.not_asked)(host, now);
    setAttribute(byId("host-state"), "data-state", host.state);
    setText(byId("host-state-name"), name);
    setText(byId("host-state-text"), text);
    setText(byId("host-state-advice"), host.failure?.advice ?? "");
    setText(byId("host"), host.name || "–");
    setText(byId("address"), host.address);
    setText(byId("last-answer"), ago(now, host.last_answer));
  };

  const showFigures = (data) => {
    const {requests, upstream, connections} = data;
    const set = (id, value, note) => {
      setText(byId(id), numbers.format(value));
      // A number stays on the line of its word.
      setText(byId(`${id}-note`), note.replaceAll(/(\d) /g, "$1\u00a0"));
    };
    const percent = requests.answered ? 100 * requests.saved / requests.answered : 0;
    set("saved", requests.saved, requests.answered ?
      `${percent.toFixed(percent >= 99 && percent < 100 ? 2 : 1)} % of the tokens` : "tokens minus requests");
    set("answered", requests.answered, `${numbers.format(requests.hit + requests.stale)} from memory, ${numbers.format(requests.joined)} joined`);
    set("upstream", upstream.requests, `${numbers.format(upstream.in_flight)} in flight, ${numbers.format(upstream.queued)} queued`);
    set("held", data.held, `${plural(upstream.waiters, "request waits", "requests wait")}`);
    set("open", connections.open, `${numbers.format(connections.accepted)} accepted, ${numbers.format(connections.rejected)} rejected`);
    set("failed", requests.refused + requests.failed + requests.denied,
      `${numbers.format(requests.refused)} refused, ${numbers.format(requests.failed)} failed, ${numbers.format(requests.denied)} denied`);
  };

  const states = {
    held: ["Held", "good"], refresh_failing: ["Refresh fails", "warn"], acquiring: ["Being acquired", "warn"],
    expired: ["Expired", "bad"], failed: ["No token", "bad"], not_held: ["Not held", "none"],
  };
  const createToken = (parent) => {
    const row = make(parent, "tr");
    const head = make(row, "th");
    head.scope = "row";
    make(make(head, "span", "resource"), "bdi");
    make(make(head, "span", "identity"), "bdi");
    for (const label of ["State", "Remaining life", "Next refresh", "Requests", "Who asked"]) {
      make(row, "td", {Requests: "number", "Who asked": "wide"}[label]).dataset.label = label;
    }
    const [, state, life, , , askers] = row.children;
    const box = make(state, "div");
    make(box, "span", "state");
    make(box, "span", "sub");
    const left = make(life, "div");
    make(left, "span");
    make(left, "progress").hidden = true;
    make(askers, "div");
    return row;
  };
  const updateToken = (row, token, now) => {
    const [head, state, life, refresh, requests, askers] = row.children;
    const [resource, identity] = head.children;
    setText(resource.firstChild, token.resource);
    setAttribute(resource, "title", token.resource);
    setText(identity.firstChild, token.identity);
    setAttribute(identity, "title", token.identity);
    const [name, tone] = states[token.state] ?? states.not_held;
    const [stateName, stateText] = state.firstChild.children;
    setText(stateName, name);
    setAttribute(stateName, "data-tone", tone);
    setText(stateText, token.failure ? token.failure.code : "");
    const left = token.expires_on === undefined ? 0 : token.expires_on - now;
    const [leftText, bar] = life.firstChild.children;
    setText(leftText, left > 0 ? duration(left) : "–");
    show(bar, left > 0);
    if (left > 0) {
      bar.max = Math.max(1, token.expires_on - token.granted_at);
      bar.value = left;
      setAttribute(bar, "aria-label", "Part of the life that remains");
    }
    setText(refresh, token.refresh_at === undefined ? "–" : ahead(now, token.refresh_at));
    setText(requests, numbers.format(token.requests));
    const who = token.askers.map((each) => `${user(each)} (${numbers.format(each.requests)})`);
    const more = token.asker_count - token.askers.length;
    if (more > 0) who.push(`${more} more`);
    setText(askers.firstChild, who.join(", ") || "nobody lately");
  };

  const createError = (parent) => {
    const item = make(parent, "li");
    make(make(item, "p", "what"), "bdi");
    make(item, "p", "when");
    make(make(item, "p", "detail"), "bdi");
    make(item, "p", "todo");
    return item;
  };
  const updateError = (item, error, now) => {
    const [what, when, detail, todo] = item.children;
    setText(what.firstChild, error.title);
    setText(when, `${ago(now, error.at)}${error.count > 1 ? `, ${numbers.format(error.count)} times` : ""}`);
    setText(detail.firstChild, error.detail);
    setText(todo, error.advice);
  };
  const errorsOf = (data) => [
    ...data.failures.map((each) => ({
      key: `f ${each.resource} ${each.identity} ${each.code}`, at: each.at, count: each.count, advice: each.advice,
      title: `${each.code}: ${each.message}`,
      detail: `${each.resource} for ${each.identity}; ${each.answered === 0 ? "no request waited for it" : `${plural(each.answered, "request", "requests")} got this error`}`,
    })),
    ...data.refusals.map((each) => ({
      key: `r ${each.result} ${each.reason}`, at: each.at, count: each.count, advice: each.advice,
      title: `${each.result[0].toUpperCase()}${each.result.slice(1)}: ${each.reason || "no reason given"}`,
      detail: `Last by ${user(each)}${each.resource ? `, for ${each.resource}` : ""}`,
    })),
  ].sort((one, other) => other.at - one.at);

  const createClient = (parent) => {
    const row = make(parent, "tr");
    make(row, "th").scope = "row";
    for (const label of ["Requests", "Tokens", "Last request"]) {
      make(row, "td", label === "Last request" ? "" : "number").dataset.label = label;
    }
    return row;
  };
  const updateClient = (row, client, now) => {
    const [name, requests, tokens, last] = row.children;
    setText(name, user(client));
    setText(requests, numbers.format(client.requests));
    setText(tokens, numbers.format(client.tokens));
    setText(last, ago(now, client.last));
  };

  const showData = (data) => {
    const {now} = data;
    setText(byId("version"), data.version);
    setText(byId("uptime"), `up ${duration(now - data.started)}`);
    showHost(data.host, now);
    showFigures(data);
    show(byId("tokens-empty"), data.tokens.length === 0);
    show(byId("tokens-scroll"), data.tokens.length > 0);
    updateRows(byId("tokens-rows"), data.tokens, (each) => each.id, createToken,
      (row, each) => updateToken(row, each, now));
    show(byId("tokens-more"), data.tokens_left_out > 0);
    setText(byId("tokens-more"), `${numbers.format(data.tokens_left_out)} more with fewer requests.`);
    const errors = errorsOf(data);
    show(byId("errors-empty"), errors.length === 0);
    updateRows(byId("errors-rows"), errors, (each) => each.key, createError, (item, each) => updateError(item, each, now));
    show(byId("clients-empty"), data.clients.length === 0);
    show(byId("clients-scroll"), data.clients.length > 0);
    updateRows(byId("clients-rows"), data.clients, user, createClient, (row, each) => updateClient(row, each, now));
  };

  let timer = 0;
  let lastSuccess = Date.now();
  const showLive = (text, className) => {
    setText(byId("live"), text);
    setAttribute(byId("dot"), "class", `dot ${className}`);
  };
  const poll = async () => {
    timer = 0;
    try {
      const answer = await fetch("/status.json", {cache: "no-store", signal: AbortSignal.timeout(5000)});
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      showData(await answer.json());
      lastSuccess = Date.now();
      showLive(document.hidden ? "Paused" : "Live", document.hidden ? "" : "on");
    } catch {
      showLive(`No answer since ${clock.format(lastSuccess)}`, "off");
    }
    schedule();
  };
  const schedule = () => {
    if (!document.hidden && timer === 0) timer = setTimeout(poll, interval);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      timer = 0;
      showLive("Paused", "");
    } else if (timer === 0) {
      poll();
    }
  });
  poll();
})();
