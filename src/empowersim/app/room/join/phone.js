// Asks for the state every two seconds, and fetches the page again when it has something new.
// What is lost on the way is tried again, ever more rarely: a bet too.
"use strict";

const SECONDS = 2, MOST_SECONDS = 16, PATIENCE = 8;
let pause = SECONDS, timer = 0, asking = false, unsent = null;

const view = () => document.querySelector("main").dataset.view;

async function ask(path, options = {}) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), 1000 * PATIENCE);
  try {
    const answer = await fetch(path, { ...options, signal: stop.signal });
    if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
    return { status: answer.status, text: await answer.text() };
  } finally {
    clearTimeout(late);
  }
}

async function show() {
  const { text } = await ask("/join");
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(document.adoptNode(fresh));
  prepare();
}

async function look() {
  const headers = { Accept: "application/json" };
  if (unsent) {
    const sent = unsent;
    await ask("/join/bet", { method: "POST", body: sent, headers });
    if (unsent === sent) unsent = null;
  }
  const { status, text } = await ask("/join/state", { headers });
  if (status !== 200) return location.reload();
  if (JSON.parse(text).view !== view()) await show();
}

async function keepLooking() {
  clearTimeout(timer);
  if (asking) return;
  asking = true;
  try {
    await look();
    pause = SECONDS;
  } catch {
    pause = Math.min(2 * pause, MOST_SECONDS);
  }
  asking = false;
  if (!unsent) document.querySelectorAll("button").forEach((each) => { each.disabled = false; });
  document.getElementById("lost").hidden = pause === SECONDS;
  timer = setTimeout(keepLooking, 1000 * (unsent && pause === SECONDS ? 0 : pause));
}

function prepare() {
  const form = document.querySelector(".bet");
  if (!form) return;
  const slider = form.querySelector("[type=range]"), number = form.querySelector("[data-number]");
  const tell = () => {
    number.textContent = slider.value;
    slider.setAttribute("aria-valuetext", number.parentElement.textContent);
  };
  form.querySelectorAll("[hidden]").forEach((each) => { each.hidden = false; });
  slider.addEventListener("input", tell);
  form.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => {
    slider.value = Number(slider.value) + Number(button.dataset.step);
    tell();
  }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unsent = new URLSearchParams(new FormData(form));
    form.querySelector("button:not([type])").disabled = true;
    keepLooking();
  });
  tell();
}

if (view() !== undefined) {
  prepare();
  document.addEventListener("visibilitychange", () => document.hidden || keepLooking());
  addEventListener("online", keepLooking);
  timer = setTimeout(keepLooking, 1000 * SECONDS);
}
