// The inbox. What came from a message is only ever set as text, or shown by a frame that can run
// nothing.
"use strict";

const $ = (id) => document.getElementById(id);
const messages = new Map(); // by id, oldest first
const rows = new Map();
const KINDS = { email: "Mail", sms: "SMS", voice: "Call" };
let shown = null; // the message in the reading pane
let view = "html"; // what was last chosen to be looked at
let wanted = new URLSearchParams(location.search).get("to") ?? "";
let arrived = 0; // since the last word about it
let before = 0; // so many of those that come were there already

// An element with properties and children; a string child is text.
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(words) {
  $("status").textContent = words;
}

function clock(message) {
  const at = new Date(message.sent_at);
  const today = at.toDateString() === new Date().toDateString();
  const format = today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  return make("time", { dateTime: message.sent_at }, new Intl.DateTimeFormat(undefined, format).format(at));
}

function title(message) {
  return message.subject ?? (message.channel === "voice" ? "A call" : message.text.split("\n")[0]);
}

// The name of a sender as mail programs show it (RFC 2047).
function decoded(text) {
  return text.replace(/=\?utf-8\?b\?([^?]*)\?=(\s+(?==\?))?/gi, (_, base64) =>
    new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))));
}

const matches = (message) => message.to.toLowerCase().includes(wanted.trim().toLowerCase());

// The list

function add(message) {
  const kind = make("span", { className: `kind ${message.channel}` }, KINDS[message.channel]);
  const row = make("li", { hidden: !matches(message) }, make("a", { href: `#${message.id}` },
    make("span", { className: "top" }, kind, make("span", { className: "to" }, message.to), clock(message)),
    make("span", { className: "title" }, title(message))));
  messages.set(message.id, message);
  rows.set(message.id, row);
  $("messages").prepend(row);
}

function reset() {
  messages.clear();
  rows.clear();
  $("messages").replaceChildren();
}

function visible() {
  return [...messages.values()].filter(matches);
}

// After any change: which message is open, and what is said of the list.
function settle() {
  const found = visible();
  const chosen = messages.get(location.hash.slice(1));
  // The newest shows by itself, but not under the hands of who uses another.
  const busy = shown && messages.has(shown.id) && $("message").contains(document.activeElement);
  open(chosen ?? (busy ? shown : found.at(-1)) ?? null);
  document.body.classList.toggle("reading", Boolean(chosen));
  for (const [id, row] of rows) {
    row.firstChild.setAttribute("aria-current", id === shown?.id);
  }
  $("empty").hidden = found.length > 0;
  $("empty").textContent = messages.size === 0
    ? "Nothing yet. Mail, text messages and calls show here as they are sent."
    : `None of ${messages.size} is to “${wanted}”.`;
  $("list-title").textContent = `Messages (${found.length})`;
  document.title = `Inbox (${messages.size}) · Regain`;
}

// The message

function open(message) {
  if (message === shown) return;
  shown = message;
  $("message").hidden = !message;
  if (!message) return;
  $("subject").textContent = title(message);
  $("meta").replaceChildren(`${KINDS[message.channel]} to ${message.to}, from ${decoded(message.from)}, `, clock(message));
  const links = message.links.map((link) => make("a", {
    href: link.url, target: "_blank", rel: "noreferrer", className: link.rel,
  }, link.rel === "not_me" ? "This was not me" : "Open the link"));
  $("actions").replaceChildren(...[...links, ...message.codes.flatMap(code)].map((part) => make("li", {}, part)));
  show();
}

function code(digits) {
  const text = make("code", {}, digits);
  const button = make("button", { type: "button" }, "Copy", make("span", { className: "unseen" }, ` the code ${digits}`));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(digits);
      say(`Copied ${digits}`);
    } catch {
      getSelection().selectAllChildren(text);
      say(`${digits} is selected: copy it`);
    }
  });
  return [make("span", { className: "code" }, text, button)];
}

// The chosen view, or the text of what has no HTML.
function show() {
  const now = view === "html" && !shown.html ? "text" : view;
  for (const button of $("views").children) {
    button.setAttribute("aria-pressed", button.dataset.view === now);
    button.disabled = button.dataset.view === "html" && !shown.html;
  }
  $("view").replaceChildren(VIEWS[now](shown));
}

const VIEWS = {
  html: (message) => {
    const frame = make("iframe", { title: "The mail as HTML" });
    frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    frame.src = `/api/messages/${encodeURIComponent(message.id)}/html`;
    return frame;
  },
  text: (message) => make("pre", {}, message.text),
  headers: (message) => {
    const own = {
      From: message.from, To: message.to, Subject: message.subject, Sent: message.sent_at,
      "Configuration set": message.configuration_set,
    };
    const all = Object.entries({ ...own, ...message.headers }).filter(([, value]) => value !== null);
    const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
    return make("dl", {}, ...all.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, text(value))]));
  },
};

// The switches

const LABELS = {
  dynamodb: "Database", ses: "Mail", sns: "SMS", voice: "Calls", secretsmanager: "Secrets",
  throttle_one_in: "Throttle one call in", conflict_next: "Transactions in conflict",
  conflict_update_next: "Updates in conflict", fail_next: "Calls that fail", lose_answer_next: "Answers lost",
  lose_transaction_next: "Answers to transactions lost", hang_ms: "Each waits first, ms", error: "How they fail",
};
const ERRORS = ["down", "throttled", "rejected"];
const PHONE_ERRORS = ["down", "throttled", "opted_out", "spend_limit", "refused", "denied"];
let typing = false; // the form holds what was not sent yet

function field(service, name, value) {
  const id = `${service}.${name}`;
  const input = name === "error"
    ? make("select", { id }, ...(service === "sns" || service === "voice" ? PHONE_ERRORS : ERRORS)
      .map((error) => make("option", { value: error }, error.replace("_", " "))))
    : make("input", { id, type: "number", min: 0, step: 1, required: true });
  input.value = value;
  return make("div", {}, make("label", { htmlFor: id }, LABELS[name]), input);
}

function fill(chaos) {
  const sets = Object.entries(chaos).map(([service, switches]) => make("fieldset", {},
    make("legend", {}, LABELS[service]), ...Object.entries(switches).map(([name, value]) => field(service, name, value))));
  const off = make("button", { type: "button" }, "All off");
  off.addEventListener("click", () => change("DELETE", "Nothing fails from now on"));
  $("chaos").replaceChildren(...sets, make("p", { className: "bar" }, make("button", {}, "Set"), off));
}

async function refresh() {
  const chaos = await (await fetch("/api/chaos")).json();
  $("faults").hidden = !Object.values(chaos).some((switches) => Object.values(switches).some((value) => value > 0));
  if (!typing && !$("chaos").contains(document.activeElement)) fill(chaos);
}

async function change(method, words, body) {
  const answer = await fetch("/api/chaos", {
    method, body: JSON.stringify(body), headers: { "content-type": "application/json" },
  });
  typing = !answer.ok;
  say(answer.ok ? words : `Not set: ${(await answer.json()).error}`);
  await refresh();
}

$("chaos").addEventListener("input", () => { typing = true; });
$("chaos").addEventListener("submit", (event) => {
  event.preventDefault();
  const chaos = {};
  for (const input of $("chaos").querySelectorAll("input, select")) {
    const [service, name] = input.id.split(".");
    (chaos[service] ??= {})[name] = name === "error" ? input.value : Number(input.value);
  }
  change("PUT", "The switches are set", chaos);
});
$("tools").addEventListener("toggle", refresh);
// What fails sends nothing that could tell of it.
setInterval(() => { if ($("tools").open) refresh(); }, 1000);

// The bar

$("to").value = wanted;
$("to").addEventListener("input", () => {
  wanted = $("to").value;
  const url = new URL(location);
  wanted ? url.searchParams.set("to", wanted) : url.searchParams.delete("to");
  history.replaceState(null, "", url);
  for (const [id, row] of rows) row.hidden = !matches(messages.get(id));
  settle();
});
$("clear").addEventListener("click", () => fetch("/api/messages", { method: "DELETE" }).then(() => say("The inbox is empty")));
$("schedule").addEventListener("click", () => fetch("/api/schedule", { method: "POST" }).then(() => say("The schedule runs")));
$("views").addEventListener("click", (event) => {
  view = event.target.dataset.view ?? view;
  show();
});
addEventListener("hashchange", () => {
  const left = rows.get(shown?.id);
  settle();
  // On a small screen one takes the place of the other.
  const reading = document.body.classList.contains("reading");
  if ($("list").checkVisibility?.() === false) $("message").focus();
  else if (!reading) left?.firstChild.focus();
});

// What arrives

let settling = 0;
function soon() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    settle();
    refresh();
    if (arrived) say(arrived === 1 ? `New: ${title([...messages.values()].at(-1))}` : `${arrived} new messages`);
    arrived = 0;
  }, 30);
}

function watch() {
  const events = new EventSource("/api/events");
  events.addEventListener("open", () => say("Watching"));
  events.addEventListener("reset", (event) => {
    reset();
    before = Number(event.data);
    soon();
  });
  events.addEventListener("message", (event) => {
    add(JSON.parse(event.data));
    if (before > 0) before -= 1;
    else arrived += 1;
    soon();
  });
  events.addEventListener("error", () => {
    say("Not connected; trying again");
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, 2000);
  });
}

fetch("/api/pages").then((answer) => answer.json()).then((pages) => {
  const link = ({ name, url }) => make("li", {}, make("a", { href: url, target: "_blank", rel: "noreferrer" }, name));
  $("pages").append(...[...pages, { name: "API", url: "/docs" }].map(link));
});
watch();
